// The figures: effects with intervals, days as cumulative lines, money as stacked bars, residents who gain and lose.

// Where rows of names and bars lie: names to the left where there is room for them, else above; `after` is the room that
// the right of the axis needs.
function rowsOf(count, { long = false, after = 24 } = {}) {
  const width = figureWidth();
  const narrow = long || width < NARROW;
  return { width, narrow, left: narrow ? 18 : 210, right: width - after, step: narrow ? 46 : 30, top: 26,
           bottom: 26 + count * (narrow ? 46 : 30) };
}

function rowName(place, grid, text) {
  const y = grid.top + place * grid.step + (grid.narrow ? 14 : 19);
  return grid.narrow ? write(grid.left + 4, y, fitted(text, grid.width - grid.left - 10), HALO)
    : write(grid.left - 12, y, fitted(text, grid.left - 20), { "text-anchor": "end" });
}

const rowMiddle = (place, grid) => grid.top + place * grid.step + (grid.narrow ? 30 : 15);

// Effects of options on one outcome: a filled mark's interval leaves out zero; dashes are the interval over assumptions.
function forest(rows, outcome, marks, title) {
  const grid = rowsOf(rows.length);
  const { at, parts } = axis(marks, grid.left, grid.right, grid.top - 6, grid.bottom, pick(outcome.change));
  const lower = outcome.better === "lower";
  const side = { lower: [grid.left, "start"], higher: [grid.right, "end"], neither: [(grid.left + grid.right) / 2, "middle"] }[outcome.better];
  return picture(grid.width, grid.bottom + 46, title, parts,
    write(side[0], 13, say(`effects.${outcome.better}_better`), { "text-anchor": side[1], fill: SOFT, "font-size": 12 }),
    rows.map(({ option, cell }, place) => {
      const y = rowMiddle(place, grid);
      if (!cell) return rowName(place, grid, pick(option.label));
      const [mean, low, high] = cell.is;
      return [
        rowName(place, grid, pick(option.label)),
        cell.over && draw("line", { x1: at(cell.over.is[0]), x2: at(cell.over.is[1]), y1: y, y2: y, stroke: option.colour,
          "stroke-width": 1.2, "stroke-dasharray": "3 2" }),
        low !== null && draw("line", { x1: at(low), x2: at(high), y1: y, y2: y, stroke: option.colour, "stroke-width": 2.4 }),
        mark(option, at(mean), y, low !== null && (low > 0 || high < 0)),
      ];
    }));
}

// The shares of cases closed by days on a logarithmic axis, one line an option; points of one line as [days, share].
function cumulative(counts) {
  const total = counts.reduce((a, b) => a + b, 0);
  let reached = 0;
  return total ? counts.map((count, i) => [DATA.spread.edges[i + 1], (reached += count) / total]) : [];
}

function spreadRange(lines) {
  const { least, edge } = DATA.spread;
  const ends = lines.filter((line) => line.length).map((line) => [
    line.find(([, share]) => share >= edge)[0], line.find(([, share]) => share >= 1 - edge)[0]]);
  if (!ends.length) return [least, 1];
  return [Math.max(Math.min(...ends.map((e) => e[0])) / 1.2, least), Math.max(...ends.map((e) => e[1])) * 1.2];
}

function spreadLines(options, group, title) {
  const width = figureWidth(), left = 48, right = width - 14, top = 12, bottom = 300;
  const lines = options.map((option) => cumulative(group.counts[option.place]));
  const [low, high] = spreadRange(lines);
  const at = (days) => left + (Math.log(days / low) / Math.log(high / low)) * (right - left);
  const up = (share) => bottom - share * (bottom - top);
  const path = (line) => line.filter(([days]) => days >= low && days <= high)
    .map(([days, share], i) => `${i ? "L" : "M"}${at(days).toFixed(1)} ${up(share).toFixed(1)}`).join("");
  const keys = options.map((option, i) => [
    draw("line", { x1: left, x2: left + 34, y1: bottom + 56 + 21 * i, y2: bottom + 56 + 21 * i, stroke: option.colour,
                   "stroke-width": option.place ? 2 : 4, "stroke-dasharray": option.dash || null }),
    write(left + 44, bottom + 61 + 21 * i, fitted(pick(option.label), width - left - 60)),
  ]);
  return picture(width, bottom + 56 + 21 * options.length, title,
    [0, 0.25, 0.5, 0.75, 1].map((share) => [
      draw("line", { x1: left, x2: right, y1: up(share), y2: up(share), stroke: share ? "#eceef0" : SOFT }),
      write(left - 6, up(share) + 4, `${100 * share}%`, { "text-anchor": "end", fill: SOFT, "font-size": 12 })]),
    DATA.spread.marks.filter(([mark]) => mark >= low && mark <= high).map(([days, text]) => [
      draw("line", { x1: at(days), x2: at(days), y1: top, y2: bottom, stroke: "#eceef0" }),
      write(at(days), bottom + 17, text, { "text-anchor": "middle", fill: SOFT, "font-size": 12 })]),
    write((left + right) / 2, bottom + 36, say("spread.within"), { "text-anchor": "middle", fill: SOFT }),
    options.map((option, i) => draw("path", { d: path(lines[i]), fill: "none", stroke: option.colour,
      "stroke-width": option.place ? 2 : 4, "stroke-opacity": option.place ? 1 : 0.55, "stroke-dasharray": option.dash || null })),
    keys);
}

// Costs by account, stacked, one bar an option; the total behind each.
function costBars(options, title) {
  const costs = DATA.money.rows.filter((row) => row.cost);
  const grid = rowsOf(options.length, { after: 60 });
  const { at, parts } = axis(DATA.money.marks, grid.left, grid.right, grid.top - 6, grid.bottom, say("money.label", { days: DATA.about.days }));
  const bars = options.map((option, place) => {
    const y = rowMiddle(place, grid) - 9;
    let sum = 0;
    const pieces = costs.map((row, i) => {
      const from = sum;
      sum += row.values[option.place][0];
      return draw("rect", { x: at(from), width: Math.max(0, at(sum) - at(from)), y, height: 18, fill: `url(#cost-${i})`, stroke: "#ffffff" });
    });
    return [rowName(place, grid, pick(option.label)), pieces,
      write(at(sum) + 6, y + 14, DATA.money.totals[option.place][1], { "font-size": 12 })];
  });
  const columns = grid.narrow ? 1 : 3;
  const keys = costs.map((row, i) => {
    const x = 8 + (i % columns) * ((grid.width - 16) / columns), y = grid.bottom + 58 + 22 * Math.floor(i / columns);
    return [draw("rect", { x, y: y - 11, width: 24, height: 13, fill: `url(#cost-${i})` }),
      write(x + 32, y, fitted(pick(row.label), (grid.width - 16) / columns - 40), { "font-size": 12 })];
  });
  return picture(grid.width, grid.bottom + 62 + 22 * Math.ceil(costs.length / columns), title,
    draw("defs", {}, costs.map((row, i) => hatched("cost-" + i, row))), parts, bars, keys);
}

const FATES = [["better", "#00684a"], ["worse", "#a33b00"], ["unclear", "#d5d8dc"]];

// Residents by what happens to their community, a bar of one hundred per cent a row.
function fateBars(rows, title) {
  const grid = rowsOf(rows.length, { long: true });
  const marks = [0, 25, 50, 75, 100].map((share) => [share / 100, `${share}%`]);
  const { at, parts } = axis(marks, grid.left, grid.right, grid.top - 6, grid.bottom, "");
  const order = [0, 2, 1]; // better from the left, worse from the right
  return picture(grid.width, grid.bottom + 56, title, parts,
    rows.map(({ label, values }, place) => {
      let sum = 0;
      return [rowName(place, grid, label), order.map((i) => {
        const from = sum;
        sum += values[i][0];
        return draw("rect", { x: at(from), width: Math.max(0, at(sum) - at(from)), y: rowMiddle(place, grid) - 9, height: 18, fill: FATES[i][1] });
      })];
    }),
    order.map((i, place) => [
      draw("rect", { x: 8 + place * 110, y: grid.bottom + 32, width: 20, height: 13, fill: FATES[i][1] }),
      write(34 + place * 110, grid.bottom + 43, say("verdict." + FATES[i][0]), { "font-size": 12 })]));
}
