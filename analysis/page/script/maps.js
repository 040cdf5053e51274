// Maps of towns: before and after at one scale, and the change. A pointer or the arrow keys read a town's name and value.
const townWords = (plan, i, value) => say("explore.map_value", {
  town: plan.towns[i], district: pick(plan.districts[i]), value });

const valueWords = (cell, unit, sign) => cell === null ? say("page.missing")
  : `${cell[1]} ${unit}` + (sign ? ` (${say(sign > 0 ? "maps.raised" : "maps.lowered")})` : "");

// One map: {id, title, plan, cells, classes, unit, signs}; classes are [colour, low, high].
function townMap({ id, title, plan, cells, classes, unit, signs = [] }) {
  const { width, height, districts, missing } = DATA.maps;
  const said = plan.towns.map((_, i) => townWords(plan, i, valueWords(cells[i], unit, signs[i])));
  const edges = { stroke: "#c9ccd0", "stroke-width": 1 };
  const towns = plan.paths.map((d, i) => draw("path", { d, id: `${id}-${i}`, role: "option", "aria-selected": "false", "aria-label": said[i],
    fill: cells[i] === null ? missing : classes[cells[i][2]][0], ...edges, class: "town" }));
  const signsDrawn = plan.middles.map(([x, y], i) => signs[i] ? draw("path", { d: signs[i] > 0 ? "M0 -11L10 8H-10Z" : "M0 11L10 -8H-10Z",
    transform: `translate(${x} ${y})`, fill: "#000000", stroke: "#ffffff", "stroke-width": 2, "pointer-events": "none" }) : null);
  const ring = draw("path", { d: "", fill: "none", stroke: "#000000", "stroke-width": 5, "pointer-events": "none", class: "ring" });
  const drawing = draw("svg", { id, viewBox: `-10 -10 ${width + 20} ${height + 20}`, role: "listbox", tabindex: "0", "aria-label": title, class: "map" },
    draw("g", { role: "presentation" }, towns),
    districts.map((d) => draw("path", { d, fill: "none", stroke: "#6b6f74", "stroke-width": 2, "pointer-events": "none" })), signsDrawn, ring);
  const readout = make("p", { class: "readout", "aria-hidden": "true" }, "\u00a0");
  livelyMap(drawing, towns, ring, (i) => { readout.textContent = i === null ? "\u00a0" : said[i]; });
  return make("figure", { class: "map-figure" }, make("figcaption", {}, title), drawing, readout, mapLegend(classes, unit, cells, signs),
    takeAway(id, title, () => mapRows(plan, cells, unit, signs), () => mapFile(drawing, title, classes, unit)));
}

// A map that stands alone: its title above it and its classes below, which the page shows as text beside it.
function mapFile(drawing, title, classes, unit) {
  const { width, height } = DATA.maps;
  const copy = drawing.cloneNode(true);
  copy.setAttribute("viewBox", `-10 -60 ${width + 20} ${height + 90 + 34 * (classes.length + 1)}`);
  for (const [name, value] of [["width", 820], ["font-family", FONT], ["font-size", 24]]) copy.setAttribute(name, value);
  const below = height + 44;
  copy.append(write(0, -26, fitted(title, 560)), write(0, below, unit),
    ...classes.flatMap(([colour, low, high], i) => [
      draw("rect", { x: 0, y: below + 14 + 34 * i, width: 36, height: 22, fill: colour, stroke: "#9aa0a6" }),
      write(48, below + 33 + 34 * i, `${low} – ${high}`)]));
  return copy;
}

// The pointer and the keys of one map.
function livelyMap(drawing, towns, ring, read) {
  let at = null;
  const go = (i) => {
    if (at !== null) towns[at].setAttribute("aria-selected", "false");
    at = i;
    ring.setAttribute("d", i === null ? "" : towns[i].getAttribute("d"));
    if (i === null) drawing.removeAttribute("aria-activedescendant");
    else {
      towns[i].setAttribute("aria-selected", "true");
      drawing.setAttribute("aria-activedescendant", towns[i].id);
    }
    read(i);
  };
  drawing.addEventListener("pointerover", (event) => {
    const i = towns.indexOf(event.target);
    if (i >= 0) go(i);
  });
  drawing.addEventListener("pointerleave", () => go(null));
  drawing.addEventListener("focus", () => at === null && go(0));
  drawing.addEventListener("blur", () => go(null));
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const last = towns.length - 1;
    const next = event.key === "Home" ? 0 : event.key === "End" ? last : step ? ((at ?? 0) + step + towns.length) % towns.length : null;
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
    cells.includes(null) && make("li", {}, sample(DATA.maps.missing), " " + say("page.missing")),
    signs.includes(1) && make("li", {}, arrow("M9 1L15 11H3Z"), " " + say("maps.raised")),
    signs.includes(-1) && make("li", {}, arrow("M9 11L15 1H3Z"), " " + say("maps.lowered")));
}

function mapRows(plan, cells, unit, signs) {
  const heads = [say("places.town"), say("places.district"), unit];
  if (signs.length) heads.push(say("explore.sure"));
  return [heads, ...plan.towns.map((town, i) => [town, pick(plan.districts[i]), cells[i] && cells[i][0],
    ...(signs.length ? [sureWords(signs[i])] : [])])];
}

const sureWords = (sign) => say(sign > 0 ? "maps.raised" : sign < 0 ? "maps.lowered" : "explore.unsure");
