// The parts of the page below the maps: days, money, winners and losers, load, assumptions, how to reproduce.
const optionColumns = (options) => options.map((option) => ({ head: pick(option.label) }));

function spreadPart() {
  const group = DATA.spread.groups.find((g) => g.name === state.group);
  if (!group) return [make("p", {}, say("page.missing"))];
  const options = shownOptions();
  const title = `${say("spread.share")}${pairSeparator()}${pick(group.label)}`;
  const drawing = spreadLines(options, group, title);
  const rows = DATA.spread.quantiles.map((share, q) => [{ is: q, show: share, csv: share },
    ...options.map((option) => group.quantiles[option.place][q] ? numberCell(group.quantiles[option.place][q]) : { is: null, show: say("page.missing") })]);
  return [
    selectBox("group", say("explore.group"), DATA.spread.groups.map((g) => [g.name, pick(g.label)]), state.group, (name) => choose({ group: name })),
    make("figure", {}, make("figcaption", {}, title), drawing, takeAway("spread", title, () => spreadRows(options, group), drawing)),
    table({ name: "quantiles", caption: say("explore.quantiles"), columns: [{ head: say("explore.share_closed"), text: true },
      ...optionColumns(options)], rows })];
}

function spreadRows(options, group) {
  const lines = options.map((option) => cumulative(group.counts[option.place]));
  const heads = [say("explore.days"), ...options.map((option) => say("explore.closed", { option: pick(option.label) }))];
  return [heads, ...DATA.spread.edges.slice(1).map((days, i) => [days, ...lines.map((line) => line.length ? line[i][1] : null)])];
}

function moneyPart() {
  const options = shownOptions();
  const caption = say("money.label", { days: DATA.about.days });
  const columns = [{ head: say("money.account"), text: true }, ...optionColumns(options)];
  const line = (label, values) => [textCell(label), ...options.map((option) => numberCell(values[option.place]))];
  const rows = (cost) => DATA.money.rows.filter((row) => row.cost === cost).map((row) => line(pick(row.label), row.values));
  const total = line(say("money.total"), DATA.money.totals);
  const drawing = costBars(options, `${say("money.heading")}${pairSeparator()}${caption}`);
  return [
    make("figure", {}, make("figcaption", {}, caption), drawing, takeAway("costs", say("money.heading"), () => csvRows(columns, [...rows(true), total]), drawing)),
    table({ name: "money", caption, columns, rows: rows(true), last: total }),
    rows(false).length > 0 && table({ name: "fund", caption: say("explore.fund", { days: DATA.about.days }), columns, rows: rows(false) }),
    piece("worth")];
}

function placesPart() {
  const rows = DATA.shares.filter((row) => state.shown.includes(row.option));
  const label = (row) => `${pick(optionNamed(row.option).label)} · ${pick(row.measure)}`;
  const caption = say("explore.winners");
  const columns = [{ head: say("page.option"), text: true }, { head: say("places.measure"), text: true },
    ...["better", "worse", "unclear"].map((v) => ({ head: say("verdict." + v) }))];
  const lines = rows.map((row) => [textCell(pick(optionNamed(row.option).label)), textCell(pick(row.measure)), ...row.values.map(numberCell)]);
  const drawing = fateBars(rows.map((row) => ({ label: label(row), values: row.values })), caption);
  return [
    make("p", {}, `${say("places.lead", { share: DATA.about.place_share })} ${say("places.warning")}`),
    make("figure", {}, make("figcaption", {}, caption), drawing, takeAway("fates", caption, () => csvRows(columns, lines), drawing)),
    table({ name: "shares", caption: say("places.shares"), columns, rows: lines }), piece("fates"), worstTable()];
}

function worstTable() {
  const columns = [...["page.option", "places.measure"].map((key) => ({ head: say(key), text: true })),
    ...["places.community", "places.town", "places.district"].map((key) => ({ head: say(key), text: true })),
    { head: say("places.residents") }, { head: say("places.before") }, { head: say("places.change"), more: lowAndHigh() }, { head: say("explore.unit"), text: true }];
  const rows = DATA.worst.filter((row) => state.shown.includes(row.option)).map((row) => [
    textCell(pick(optionNamed(row.option).label)), textCell(pick(row.measure)), textCell(row.place, "zh"), textCell(row.town, "zh"),
    textCell(pick(row.district)), numberCell(row.residents), numberCell(row.before), spanCell(row.change), textCell(pick(row.unit))]);
  return rows.length ? table({ name: "worst", caption: say("places.worst"), columns, rows }) : make("p", {}, say("places.none_worse"));
}

function loadPart() {
  const options = shownOptions();
  const rows = DATA.load.map((row) => [textCell(pick(row.label)), ...options.map((option) => numberCell(row.values[option.place]))]);
  return [make("p", {}, say("load.lead")),
    table({ name: "load", caption: say("load.heading"), columns: [{ head: say("load.station"), text: true }, ...optionColumns(options)], rows })];
}

function assumptionPart() {
  const sought = state.find.toLowerCase();
  const rows = DATA.assumptions.filter((row) => (state.assumed === "no" || row.assumed) &&
    [row.lever, pick(row.meaning), pick(row.source)].some((text) => text.toLowerCase().includes(sought)));
  const columns = ["lever", "value", "range", "source"].map((key) => ({ head: say("assumptions." + key), text: key === "lever" || key === "source" }));
  columns.splice(1, 0, { head: say("explore.key"), text: true });
  const value = (text) => Number.isFinite(Number(text.replace("−", "-"))) ? Number(text.replace("−", "-")) : text;
  const find = make("input", { id: "find", type: "search", maxlength: 199, oninput: (event) => choose({ find: event.target.value }) });
  find.value = state.find;
  return [make("p", {}, say("assumptions.lead")),
    make("p", { class: "choice" }, make("label", { for: "find" }, say("explore.find")), find),
    make("p", {}, tickBox("assumed", say("explore.only_assumed"), state.assumed === "yes", (on) => choose({ assumed: on ? "yes" : "no" }))),
    make("p", { class: "note", role: "status" }, say("explore.rows", { count: rows.length, all: DATA.assumptions.length })),
    table({ name: "levers", caption: say("assumptions.heading"), columns, rows: rows.map((row) => [
      textCell(pick(row.meaning)), { is: row.lever, show: code(row.lever) }, { is: value(pick(row.value)), show: pick(row.value) },
      textCell(pick(row.range)), textCell(pick(row.source))]) })];
}

// A section, or a piece of one, that the decision makes.
function piece(name) {
  const part = pick(DATA.parts)[name];
  return [part.lead.map((line) => make("p", {}, line)), part.grids.map((grid, i) => gridTable(`${name}-${i}`, grid)),
    part.points.length > 0 && make("ul", {}, part.points.map((line) => make("li", {}, line)))];
}

// What each option does, then the limits, and how to run it again.
const optionsPart = () => make("dl", {}, DATA.options.map((option) => [make("dt", {}, pick(option.label)),
  pick(option.does).map(([line, values]) => make("dd", {}, line, " ", values && code(values)))]));

const limitsPart = () => make("ul", {}, ["numbers", "places", "self_report", "horizon", "sample", "multiple"].map((key) => make("li", {}, say("limits." + key))));

const reproducePart = () => [make("p", {}, say("reproduce.lead")), make("dl", {},
  make("dt", {}, say("reproduce.command")), make("dd", {}, make("code", {}, DATA.about.command)),
  make("dt", {}, say("reproduce.seed")), make("dd", {}, make("code", {}, DATA.about.seed)),
  make("dt", {}, say("reproduce.versions")), make("dd", {}, DATA.about.versions.map((v) => [make("code", {}, v), " "]))),
  takeAway("digests", say("explore.digests"), () => [
    [say("page.option"), ...DATA.about.digests[0].map((_, i) => say("explore.run", { number: i + 1 }))],
    ...DATA.options.map((option, i) => [pick(option.label), ...DATA.about.digests[i]])])];
