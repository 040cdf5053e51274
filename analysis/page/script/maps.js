// Maps of towns or communities: before and after at one scale, and the change. A pointer or the arrow keys read a place's
// name and value.
const SCALES = {
  towns: { label: "explore.scale_towns", unit: "places.town", counted: "maps.towns", value: "explore.town_value", caption: "explore.towns_table" },
  communities: { label: "explore.scale_communities", unit: "places.community", counted: "maps.communities", value: "explore.community_value",
    caption: "explore.communities_table" },
};
const scaleMaps = () => DATA.maps[state.scale];
const districtNamed = (i) => pick(scaleMaps().districts[i].name);
const shownDistrict = () => (state.district === "" ? null : Number(state.district));

// What a map shows: the places of a plan, by their numbers, of the district chosen or of all.
function shownPlaces(plan) {
  const district = shownDistrict();
  return plan.names.map((_, i) => i).filter((i) => district === null || plan.districts[i] === district);
}

// The part of the drawing that is seen, and how much of its width that is, which lines and signs follow.
function mapView() {
  const { width, height, districts } = scaleMaps();
  const [x, y, w, h] = shownDistrict() === null ? [0, 0, width, height] : districts[shownDistrict()].box;
  const grain = Math.max(w, h * 1.2, 1) / 1000;
  return { x: x - 10 * grain, y: y - 10 * grain, w: w + 20 * grain, h: h + 20 * grain, grain };
}

const placeWords = (plan, i, value) => say(SCALES[state.scale].value, {
  name: plan.names[i], town: plan.towns[i] || "", district: districtNamed(plan.districts[i]), value });

const fewWords = () => say("maps.few", { fewest: scaleMaps().fewest });
const valueWords = (cell, unit, sign) => cell === null ? fewWords()
  : `${cell[1]} ${unit}` + (sign ? ` (${say(sign > 0 ? "maps.raised" : "maps.lowered")})` : "");

// One map: {id, title, plan, cells, classes, unit, signs, said}; classes are [colour, low, high], `said` what is read of a place.
function unitMap({ id, title, plan, cells, classes, unit, signs = [], said }) {
  const { districts, missing } = scaleMaps();
  const places = shownPlaces(plan), view = mapView(), { grain } = view;
  const words = places.map((i) => placeWords(plan, i, said(i)));
  const fine = plan.towns.length > 0 && shownDistrict() === null; // lines between thousands of places would hide them
  const units = places.map((i, n) => {
    const fill = cells[i] === null ? missing : classes[cells[i][2]][0];
    return draw("path", { d: plan.paths[i], id: `${id}-${i}`, role: "option", "aria-selected": "false", "aria-label": words[n],
      fill, stroke: fine ? fill : "#c9ccd0", "stroke-width": fine ? grain / 4 : grain, class: "unit" });
  });
  const size = grain * (fine ? 0.5 : 1);
  const signsDrawn = places.map((i) => signs[i] ? draw("path", { d: signs[i] > 0 ? "M0 -11L10 8H-10Z" : "M0 11L10 -8H-10Z",
    transform: `translate(${plan.middles[i].join(" ")}) scale(${size})`, fill: "#000000", stroke: "#ffffff", "stroke-width": 2, "pointer-events": "none" }) : null);
  const ring = draw("path", { d: "", fill: "none", stroke: "#000000", "stroke-width": 5 * grain, "pointer-events": "none", class: "ring" });
  const drawing = draw("svg", { id, viewBox: `${view.x} ${view.y} ${view.w} ${view.h}`, role: "listbox", tabindex: "0", "aria-label": title, class: "map" },
    draw("g", { role: "presentation" }, units),
    districts.map((d) => draw("path", { d: d.path, fill: "none", stroke: "#6b6f74", "stroke-width": 2 * grain, "pointer-events": "none" })), signsDrawn, ring);
  const readout = make("p", { class: "readout", "aria-hidden": "true" }, "\u00a0");
  livelyMap(drawing, units, ring, (n) => { readout.textContent = n === null ? "\u00a0" : words[n]; });
  const seen = { cells: places.map((i) => cells[i]), signs: places.map((i) => signs[i]) };
  return make("figure", { class: "map-figure" }, make("figcaption", {}, title), drawing, readout, mapLegend(classes, unit, seen.cells, seen.signs),
    takeAway(id, title, () => mapRows(plan, places, cells, unit, signs), () => mapFile(drawing, view, title, classes, unit)));
}

// A map that stands alone: its title above it and its classes below, which the page shows as text beside it.
function mapFile(drawing, view, title, classes, unit) {
  const { x, y, w, h, grain } = view;
  const copy = drawing.cloneNode(true);
  copy.setAttribute("viewBox", `${x} ${y - 50 * grain} ${w} ${h + (70 + 34 * (classes.length + 1)) * grain}`);
  for (const [name, value] of [["width", 820], ["font-family", FONT], ["font-size", 24]]) copy.setAttribute(name, value);
  copy.append(draw("g", { transform: `translate(${x} ${y}) scale(${grain})` }, write(10, -16, fitted(title, 560)),
    draw("g", { transform: `translate(10 ${h / grain + 24})` }, write(0, 0, unit),
      classes.flatMap(([colour, low, high], i) => [
        draw("rect", { x: 0, y: 14 + 34 * i, width: 36, height: 22, fill: colour, stroke: "#9aa0a6" }),
        write(48, 33 + 34 * i, `${low} – ${high}`)]))));
  return copy;
}

// The pointer and the keys of one map.
function livelyMap(drawing, units, ring, read) {
  let at = null;
  const go = (i) => {
    if (at !== null) units[at].setAttribute("aria-selected", "false");
    at = i;
    ring.setAttribute("d", i === null ? "" : units[i].getAttribute("d"));
    if (i === null) drawing.removeAttribute("aria-activedescendant");
    else {
      units[i].setAttribute("aria-selected", "true");
      drawing.setAttribute("aria-activedescendant", units[i].id);
    }
    read(i);
  };
  drawing.addEventListener("pointerover", (event) => {
    const i = units.indexOf(event.target);
    if (i >= 0) go(i);
  });
  drawing.addEventListener("pointerleave", () => go(null));
  drawing.addEventListener("focus", () => at === null && go(0));
  drawing.addEventListener("blur", () => go(null));
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const last = units.length - 1;
    const next = event.key === "Home" ? 0 : event.key === "End" ? last : step ? ((at ?? 0) + step + units.length) % units.length : null;
    if (next === null) return;
    event.preventDefault();
    go(next);
  });
}

function mapLegend(classes, unit, cells, signs) {
  const sample = (colour) => draw("svg", { width: 18, height: 12, viewBox: "0 0 18 12", "aria-hidden": "true" },
    draw("rect", { width: 18, height: 12, fill: colour, stroke: "#9aa0a6" }));
  const arrow = (d) => draw("svg", { width: 18, height: 12, viewBox: "0 0 18 12", "aria-hidden": "true" }, draw("path", { d }));
  return make("ul", { class: "legend" }, make("li", { class: "unit" }, unit),
    classes.map(([colour, low, high]) => make("li", {}, sample(colour), ` ${low} – ${high}`)),
    cells.includes(null) && make("li", {}, sample(DATA.maps.missing), " " + fewWords()),
    signs.includes(1) && make("li", {}, arrow("M9 1L15 11H3Z"), " " + say("maps.raised")),
    signs.includes(-1) && make("li", {}, arrow("M9 11L15 1H3Z"), " " + say("maps.lowered")));
}

function mapRows(plan, places, cells, unit, signs) {
  const heads = [...whereHeads(), unit];
  if (signs.length) heads.push(say("explore.sure"));
  return [heads, ...places.map((i) => [...where(plan, i), cells[i] && cells[i][0], ...(signs.length ? [sureWords(signs[i])] : [])])];
}

// The columns that say where a value is from: a place, its town where it is none itself, its district.
const whereHeads = () => [say(SCALES[state.scale].unit), state.scale === "communities" && say("places.town"), say("places.district")].filter(Boolean);
const where = (plan, i) => [plan.names[i], ...(plan.towns.length ? [plan.towns[i]] : []), districtNamed(plan.districts[i])];

const sureWords = (sign) => say(sign > 0 ? "maps.raised" : sign < 0 ? "maps.lowered" : "explore.unsure");
