// The parts of the page that hold for the scenario and options chosen: side by side, one outcome, maps.
const baseName = () => pick(BASE.label);
const rowsOfScenario = () => DATA.effects.filter((row) => row.scenario === state.scenario);
const outcomeNamed = (name) => DATA.outcomes.find((outcome) => outcome.name === name);

function chosenOptions() {
  const rest = REST.map((option, i) => tickBox("shown-" + i, pick(option.label), state.shown.includes(option.name),
    (on) => choose({ shown: DATA.options.map((o) => o.name).filter((name) =>
      name === BASE.name || (name === option.name ? on : state.shown.includes(name))) })));
  return make("fieldset", { class: "choices" }, make("legend", {}, say("explore.shown")), rest);
}

const scenarioBox = () => DATA.scenarios.length < 2 ? null : selectBox("scenario", say("explore.scenario"),
  DATA.scenarios.map((s) => [s.name, pick(s.label)]), state.scenario, (scenario) => choose({ scenario }));

// Main outcomes as columns, options as rows.
function headlineTable() {
  const rows = rowsOfScenario().filter((row) => outcomeNamed(row.outcome).headline);
  const columns = [{ head: say("page.option"), text: true }, ...rows.map((row) => {
    const outcome = outcomeNamed(row.outcome);
    return { head: pick(outcome.label), small: pick(outcome.change), more: lowAndHigh() };
  })];
  const lines = shownOptions().filter((option) => option.place).map((option) => [
    textCell(pick(option.label)), ...rows.map((row) => spanCell(row.effects[option.place]))]);
  const base = [textCell(`${baseName()} · ${say("explore.level")}`), ...rows.map((row) => spanCell(row.levels[0]))];
  return table({ name: "headline", caption: say("explore.headline", { base: baseName(), level: DATA.about.level }), columns, rows: lines, last: base });
}

function sideBySide() {
  return [
    make("p", { class: "lead" }, pick(DATA.advice)[0]),
    make("ul", {}, pick(DATA.advice)[1].map((line) => make("li", {}, line))),
    scenarioBox(), chosenOptions(), headlineTable(),
    piece("best"),
    make("p", { class: "note" }, pick(DATA.race).join(" ")),
    pick(DATA.over) && make("p", { class: "note" }, pick(DATA.over)),
    make("p", { class: "note" }, say("explore.sort_note")),
    pick(DATA.failing).length > 0 && [make("h3", {}, say("decision.what_if")), make("ul", {}, pick(DATA.failing).map((line) => make("li", {}, line)))],
  ];
}

// One outcome: its figure and its table.
function oneOutcome() {
  const found = rowsOfScenario().find((row) => row.outcome === state.outcome) || rowsOfScenario()[0];
  if (!found) return [make("p", {}, say("page.missing"))];
  const outcome = outcomeNamed(found.outcome);
  const title = say("explore.effect_figure", { outcome: pick(outcome.label), base: baseName() });
  const rows = shownOptions().filter((option) => option.place).map((option) => ({ option, cell: found.effects[option.place] }));
  const drawing = forest(rows, outcome, found.marks, title);
  const data = oneOutcomeTable(rows, found, outcome, title);
  const box = selectBox("outcome", say("explore.outcome"), rowsOfScenario().map((row) => [row.outcome, pick(outcomeNamed(row.outcome).label)]),
    found.outcome, (name) => choose({ outcome: name }));
  return [box, make("p", { class: "note" }, pick(outcome.meaning)),
    make("figure", {}, make("figcaption", {}, title), drawing, takeAway("effect", title, () => csvRows(data.columns, data.rows), drawing)),
    table(data)];
}

function oneOutcomeTable(rows, found, outcome, caption) {
  const columns = [
    { head: say("page.option"), text: true }, { head: say("explore.level"), small: pick(outcome.unit), more: lowAndHigh() },
    { head: say("explore.mean"), small: pick(outcome.change) }, { head: say("explore.low") }, { head: say("explore.high") },
    { head: say("explore.verdict"), text: true }];
  const line = (option, cell) => {
    const [mean, low, high] = cell ? cell.is : [null, null, null];
    const [a, b = "", c = ""] = cell ? cell.says : [say("page.missing")];
    return [textCell(pick(option.label)), spanCell(found.levels[option.place]), { is: mean, show: a }, { is: low, show: b }, { is: high, show: c },
      textCell(cell && cell.verdict ? verdictWords(cell) : "")];
  };
  return { name: "one", caption, columns, rows: rows.map(({ option, cell }) => line(option, cell)) };
}

// Every outcome as a row, options as columns, sorted by size relative to the level under the base.
function allOutcomes() {
  const options = shownOptions().filter((option) => option.place);
  const columns = [{ head: say("page.outcome"), text: true }, { head: say("explore.theme"), text: true },
    { head: baseName(), small: say("explore.level"), more: lowAndHigh() }, ...options.map((option) => ({ head: pick(option.label), more: lowAndHigh() }))];
  const rows = rowsOfScenario().map((row) => {
    const outcome = outcomeNamed(row.outcome);
    const level = row.levels[0];
    const relative = (cell) => !cell ? null : level && level.is[0] ? cell.is[0] / Math.abs(level.is[0]) : cell.is[0];
    return [
      { is: pick(outcome.label), show: [pick(outcome.label), make("small", {}, `${pick(outcome.meaning)}${pairSeparator()}${pick(outcome.unit)}`)] },
      textCell(pick(outcome.theme)), spanCell(level),
      ...options.map((option) => spanCell(row.effects[option.place], relative(row.effects[option.place])))];
  });
  return table({ name: "all", caption: say("explore.all", { base: baseName() }), columns, rows });
}

// Before, after and the change, by measure, of towns or communities.
function mapPart() {
  if (!DATA.maps || !scaleMaps().measures.length) return [make("p", {}, say("explore.no_maps"))];
  const { plans, measures, districts, fewest } = scaleMaps();
  const measure = measures.find((m) => m.name === state.measure);
  const against = optionNamed(state.against);
  const unit = pick(measure.unit), change = pick(measure.change_unit);
  const level = (id, key, option) => {
    const { plan: planName, cells } = measure.levels[option.name];
    const plan = plans[planName];
    const units = say(SCALES[state.scale].counted, { count: plan.names.length });
    return unitMap({ id, plan, cells, classes: measure.level_classes, unit, title: say(key, { option: pick(option.label), units }),
      said: (i) => valueWords(cells[i], unit) });
  };
  const moved = measure.changes[against.name];
  const maps = [level("map-before", "explore.map_before", BASE), level("map-after", "explore.map_after", against)];
  if (moved) maps.push(unitMap({ id: "map-change", plan: plans.before, cells: moved.cells, signs: moved.signs,
    classes: measure.change_classes, unit: change, title: say("explore.map_change", { option: pick(against.label), base: baseName() }),
    said: (i) => changeWords(baseCells(measure)[i], moved.cells[i], unit, change, moved.signs[i]) }));
  return [
    pressed("scale", say("explore.scale"), Object.entries(SCALES).map(([scale, { label }]) => [scale, say(label)])),
    selectBox("measure", say("explore.measure"), measures.map((m) => [m.name, pick(m.label)]), state.measure, (name) => choose({ measure: name })),
    REST.length > 0 && selectBox("against", say("explore.against"), REST.map((o) => [o.name, pick(o.label)]), state.against, (name) => choose({ against: name })),
    selectBox("district", say("places.district"), [["", say("explore.whole_city")], ...districts.map((d, i) => [String(i), pick(d.name)])],
      state.district, (district) => choose({ district })),
    make("p", { class: "note" }, `${say("explore.one_scale")} ${say("explore.map_hint")} ${say("explore.map_outlines", { fewest })}`),
    make("div", { class: "maps" }, maps),
    moved && unitTable(measure, against, moved)];
}

// Values under the base by place of the map before; none where the base ends on another map.
const baseCells = (measure) => measure.levels[BASE.name].plan === "before" ? measure.levels[BASE.name].cells
  : scaleMaps().plans.before.names.map(() => null);

const changeWords = (before, moved, unit, change, sign) => before === null || moved === null ? valueWords(moved, change, sign)
  : say("explore.from_and_change", { before: valueWords(before, unit), change: valueWords(moved, change), sure: sureWords(sign) });

function unitTable(measure, against, moved) {
  const open = state.units === "yes";
  const button = make("button", { type: "button", id: "units-open", "aria-expanded": String(open), "aria-controls": "unit-rows",
    onclick: () => choose({ units: open ? "no" : "yes" }) }, say(open ? "explore.hide_units" : "explore.show_units"));
  const plan = scaleMaps().plans.before, before = baseCells(measure);
  const cell = (value) => value ? numberCell(value) : { is: null, show: fewWords() };
  const columns = [...whereHeads().map((head) => ({ head, text: true })),
    { head: say("places.before"), small: pick(measure.unit) }, { head: say("places.change"), small: pick(measure.change_unit) },
    { head: say("explore.sure"), text: true }];
  const rows = () => shownPlaces(plan).map((i) => {
    const names = where(plan, i);
    return [...names.map((name, n) => textCell(name, n < names.length - 1 ? "zh" : null)), cell(before[i]), cell(moved.cells[i]), textCell(sureWords(moved.signs[i]))];
  });
  const caption = say(SCALES[state.scale].caption, { measure: pick(measure.label), base: baseName(), option: pick(against.label) });
  return [make("p", {}, button), make("div", { id: "unit-rows" }, open && table({ name: "units", caption, columns, rows: rows() }))];
}
