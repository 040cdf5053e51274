// The page as a whole: which parts there are, what each hangs on, and what happens when the address changes.
const sorts = (...tables) => tables.map((name) => "sort_" + name);
const sortsOf = (name) => sorts(...GRIDS.filter((grid) => grid.startsWith(name + "-")));
const made = (name) => ({ id: name, heading: () => pick(DATA.parts)[name].heading, keys: sortsOf(name), contents: () => piece(name) });
const PARTS = [
  { id: "side", heading: () => say("explore.side_by_side"), keys: ["scenario", "shown", ...sorts("headline"), ...sortsOf("best")], contents: sideBySide },
  { id: "one-outcome", heading: () => say("explore.one"), keys: ["scenario", "shown", "outcome", ...sorts("one")], contents: oneOutcome },
  { id: "all-outcomes", heading: () => say("effects.all"), keys: ["scenario", "shown", ...sorts("all")], contents: allOutcomes },
  made("assumed"),
  made("knowing"),
  { id: "maps", heading: () => say("maps.heading"), keys: ["scale", "measure", "against", "district", "units", ...sorts("units")], contents: mapPart, main: true },
  { id: "days", heading: () => say("spread.heading"), keys: ["shown", "group", ...sorts("quantiles")], contents: spreadPart },
  { id: "money-part", heading: () => say("money.heading"), keys: ["shown", ...sorts("money", "fund"), ...sortsOf("worth")], contents: moneyPart },
  made("apart"),
  { id: "places", heading: () => say("places.heading"), keys: ["shown", ...sorts("shares", "worst"), ...sortsOf("fates")], contents: placesPart },
  made("walking"),
  made("reach"),
  made("margins"),
  made("standing"),
  made("duties"),
  made("equity"),
  made("robust"),
  made("weights"),
  { id: "load-part", heading: () => say("load.heading"), keys: ["shown", ...sorts("load")], contents: loadPart },
  { id: "options", heading: () => say("options.heading"), keys: [], contents: optionsPart },
  { id: "assumptions", heading: () => say("assumptions.heading"), keys: ["find", "assumed", ...sorts("levers")], contents: assumptionPart },
  { id: "limits", heading: () => say("limits.heading"), keys: [], contents: limitsPart },
  { id: "reproduce", heading: () => say("reproduce.heading"), keys: [], contents: reproducePart },
].filter(({ id }) => !DATA.parts.en[id] || DATA.parts.en[id].grids.length > 0);

const partContents = (part) => [
  make("h2", { id: "h-" + part.id, tabindex: "-1" }, part.heading()),
  part.main && DATA.scenarios.length > 1 && make("p", { class: "note" }, say("explore.main_scenario", { scenario: pick(DATA.scenarios[0].label) })),
  part.contents()];

// Links inside the page lead to a heading and leave the address alone, which holds what is chosen.
const leadTo = (id) => (event) => {
  event.preventDefault();
  const target = document.getElementById(id);
  target.scrollIntoView();
  target.focus({ preventScroll: true });
};

function whole() {
  document.documentElement.lang = langTag();
  document.title = pick(DATA.title);
  return [
    make("a", { class: "skip", href: "#h-side", onclick: leadTo("h-side") }, say("explore.skip")),
    make("header", {}, pressed("lang", say("explore.language"), [["zh", say("explore.lang_zh"), "zh-Hans"], ["en", say("explore.lang_en"), "en"]]), make("h1", {}, pick(DATA.title)), make("p", { class: "question" }, pick(DATA.question)),
      make("p", { class: "note" }, pick(DATA.setting)), pick(DATA.warnings).map((line) => make("p", { class: "warning", role: "note" }, line)),
      make("nav", { "aria-label": say("explore.contents") }, PARTS.map((part) => make("a", { href: "#h-" + part.id, onclick: leadTo("h-" + part.id) }, part.heading())))),
    make("main", {}, PARTS.map((part) => make("section", { id: part.id, "aria-labelledby": "h-" + part.id }, partContents(part))),
      make("p", { class: "note" }, say("explore.link"))),
    make("p", { id: "said", class: "unseen", role: "status" })];
}

function showAnew(keys) {
  if (keys.includes("lang")) refill(document.getElementById("page"), whole());
  else for (const part of PARTS) {
    if (part.keys.some((key) => keys.includes(key))) refill(document.getElementById(part.id), partContents(part));
  }
}

addEventListener("hashchange", () => {
  if (!location.hash.includes("=")) return;
  readAddress();
  showAnew(["lang"]);
});
let drawnAt = 0;
addEventListener("resize", () => { // figures are drawn for the width there is
  if (figureWidth() === drawnAt) return;
  drawnAt = figureWidth();
  showAnew(["shown"]);
});
readAddress();
showAnew(["lang"]);
writeAddress();
drawnAt = figureWidth();
