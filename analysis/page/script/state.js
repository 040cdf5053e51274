// What is chosen on the page. It lives in the address behind #, so that a link shows the same view; a value that this
// file does not know is left out.
const DATA = JSON.parse(document.getElementById("data").textContent);
const BASE = DATA.options[0];
const REST = DATA.options.slice(1);
const named = (list) => new Set(list.map((item) => item.name));
const optionNames = named(DATA.options);

const KEYS = {
  lang: { first: navigator.language.startsWith("zh") ? "zh" : "en", known: (v) => ["en", "zh"].includes(v) },
  scenario: { first: DATA.scenarios[0].name, known: (v) => named(DATA.scenarios).has(v) },
  outcome: { first: (DATA.outcomes.find((o) => o.headline) || DATA.outcomes[0] || {}).name || "",
             known: (v) => named(DATA.outcomes).has(v) },
  shown: { first: [...optionNames], many: true, known: (v) => optionNames.has(v) },
  scale: { first: "towns", known: (v) => DATA.maps && ["towns", "communities"].includes(v) },
  measure: { first: DATA.maps ? DATA.maps.towns.measures[0].name : "", known: (v) => DATA.maps && named(DATA.maps.towns.measures).has(v) },
  against: { first: (DATA.maps && REST.find((o) => planOf(o.name) !== planOf(BASE.name)) || REST[0] || BASE).name,
             known: (v) => named(REST).has(v) },
  district: { first: "", known: (v) => DATA.maps && DATA.maps.towns.districts.some((_, i) => String(i) === v) }, // its number
  units: { first: "no", known: (v) => ["yes", "no"].includes(v) },
  group: { first: (DATA.spread.groups[0] || {}).name || "", known: (v) => named(DATA.spread.groups).has(v) },
  find: { first: "", known: (v) => v.length < 200 },
  assumed: { first: "no", known: (v) => ["yes", "no"].includes(v) },
};
const SORT = /^-?\d{1,3}$/; // the number of a column, negative where the largest comes first; the first column is 1
const GRIDS = Object.entries(DATA.parts.en).flatMap(([name, part]) => part.grids.map((_, i) => `${name}-${i}`));
for (const table of [...GRIDS, "headline", "one", "all", "units", "quantiles", "money", "fund", "shares", "worst", "load", "levers"]) {
  KEYS["sort_" + table] = { first: "", known: (v) => SORT.test(v) && v !== "0" };
}
const state = {};

function planOf(option) {
  return DATA.maps.towns.measures[0].levels[option].plan;
}

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const [key, rule] of Object.entries(KEYS)) {
    const values = given.getAll(key).filter((value) => rule.known(value));
    if (rule.many) state[key] = given.has(key) ? values : rule.first;
    else state[key] = values.length ? values[0] : rule.first;
  }
}

function writeAddress() {
  const said = new URLSearchParams();
  for (const [key, rule] of Object.entries(KEYS)) {
    if (rule.many) {
      if (state[key].length < rule.first.length) for (const value of state[key].length ? state[key] : [""]) said.append(key, value);
    } else if (key === "lang" || state[key] !== rule.first) said.set(key, state[key]);
  }
  history.replaceState(null, "", "#" + said);
}

// Change some of what is chosen; the parts of the page that hang on it are shown anew.
function choose(changes) {
  Object.assign(state, changes);
  writeAddress();
  showAnew(Object.keys(changes));
}

const shownOptions = () => DATA.options.map((option, place) => ({ ...option, place })).filter(
  (option) => option.place === 0 || state.shown.includes(option.name));
const optionNamed = (name) => DATA.options.find((option) => option.name === name);
