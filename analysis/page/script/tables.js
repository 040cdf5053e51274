// Tables that sort by any column. A column is {head, small, text, more}; a row is a list of cells {is, show, lang, csv}:
// what it is sorted by, what is seen, and what the CSV holds if that is not what it is sorted by. `more` names further
// columns of the CSV, such as the ends of an interval; `csv` is then a list.
const order = () => new Intl.Collator(langTag(), { numeric: true });

function sortedRows(rows, key) {
  const asked = Number(state[key]);
  const column = Math.abs(asked) - 1;
  if (!asked || !rows.length || column >= rows[0].length) return rows;
  const collator = order();
  const sign = Math.sign(asked);
  const empty = (value) => value === null || value === undefined || value === "";
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column].is, b[column].is];
    if (empty(x) || empty(y)) return empty(x) - empty(y); // what is missing stays last either way
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : collator.compare(x, y));
  });
}

function turnOver(key, column, head) {
  const asked = Number(state[key]);
  const next = Math.abs(asked) !== column ? column : asked > 0 ? -column : 0;
  choose({ [key]: next ? String(next) : "" });
  announce(next ? say(next > 0 ? "explore.sorted_up" : "explore.sorted_down", { column: head }) : say("explore.unsorted"));
}

function headCell(name, key, column, place) {
  const asked = Number(state[key]);
  const on = Math.abs(asked) === place;
  const head = columnHead(column);
  return make("th", { scope: "col", class: column.text && "text", "aria-sort": on ? (asked > 0 ? "ascending" : "descending") : null },
    make("button", { type: "button", id: `${name}-by-${place}`, class: "sort", title: say("explore.sort", { column: head }),
                     onclick: () => turnOver(key, place, head) },
      make("span", {}, column.head, column.small ? make("small", {}, column.small) : null),
      make("span", { class: "arrow", "aria-hidden": "true" }, on ? (asked > 0 ? "↑" : "↓") : "")));
}

// A table in a box that scrolls sideways where the screen is narrow, with its CSV.
function table({ name, caption, columns, rows, heads = 1, take = true, last = null }) {
  const key = "sort_" + name;
  const line = (row, kind) => make("tr", { class: kind }, row.map((cell, i) => make(i < heads ? "th" : "td", {
    scope: i < heads ? "row" : null, class: columns[i].text && "text", lang: cell.lang,
  }, cell.show)));
  const body = sortedRows(rows, key).map((row) => line(row, row.kind));
  if (last) body.push(line(last, "total"));
  return [
    make("div", { class: "scroll", id: name + "-box", role: "group", tabindex: "0", "aria-label": caption },
      make("table", { id: name }, make("caption", {}, make("span", {}, caption)),
        make("thead", {}, make("tr", {}, columns.map((column, i) => headCell(name, key, column, i + 1)))),
        make("tbody", {}, body))),
    take && takeAway(name, caption, () => csvRows(columns, last ? [...rows, last] : rows)),
  ];
}

const columnHead = (column) => (column.small ? `${column.head} (${column.small})` : column.head);
const lowAndHigh = () => [say("explore.low"), say("explore.high")];

function csvRows(columns, rows) {
  const heads = columns.flatMap((column) => [columnHead(column), ...(column.more || []).map((name) => `${columnHead(column)} ${name}`)]);
  return [heads, ...rows.map((row) => row.flatMap((cell, i) => {
    const held = cell.csv === undefined ? cell.is : cell.csv;
    return columns[i].more ? held || [null, ...columns[i].more.map(() => null)] : [held];
  }))];
}

const textCell = (text, lang = null) => ({ is: text, show: text, lang });
const numberCell = ([value, shown]) => ({ is: value, show: shown });

// A change or level with its interval and verdict; `by` is what it is sorted by where that is not its mean.
function spanCell(cell, by = null) {
  if (!cell) return { is: null, show: make("span", { class: "span" }, say("page.missing")), csv: null };
  const span = spanWords(cell);
  return {
    is: by === null ? cell.is[0] : by,
    csv: cell.is,
    show: [
      make("span", { class: "mean" }, cell.says[0]),
      span && make("span", { class: "span" }, ` (${span}) `),
      cell.over && make("span", { class: "span" }, overWords(cell) + " "),
      cell.verdict && make("span", { class: verdictLook(cell) }, verdictWords(cell)),
    ].filter(Boolean),
  };
}

// Tables that the decision makes, as the brief shows them: a cell is a text, or a number with its intervals.
function gridTable(name, grid) {
  const spans = grid.columns.map((_, i) => grid.rows.some((row) => typeof row[i] === "object" || intervalOf(row[i])));
  const columns = grid.columns.map((head, i) => ({ head, text: i <= grid.text || grid.prose, more: spans[i] ? [say("explore.interval")] : null }));
  return table({ name, caption: grid.caption, columns, rows: grid.rows.map((row) => row.map((cell, i) => gridCell(cell, spans[i]))) });
}

const intervalOf = (cell) => typeof cell === "string" && /^([+\u2212]?[\d.,]+%?) (\(.*\d.*\))$/.exec(cell);

// The number that a text is, with its unit's sign left out; null where it is no number alone.
function numberOf(text) {
  const bare = text.replaceAll(",", "").replace("\u2212", "-").replace(/%$/, "");
  return bare !== "" && Number.isFinite(Number(bare)) ? Number(bare) : null;
}

function gridCell(cell, spans) {
  if (typeof cell === "string") {
    const [, mean, span] = intervalOf(cell) || [null, cell, null];
    const value = numberOf(mean) ?? mean;
    const show = span ? [make("span", { class: "mean" }, mean), make("span", { class: "span" }, ` ${span}`)] : cell;
    return { is: value, show, csv: spans ? [value, span] : value };
  }
  const span = [cell.span && `(${cell.span})`, cell.assumed].filter(Boolean).join(" ");
  return {
    is: numberOf(cell.mean) ?? cell.mean,
    csv: [numberOf(cell.mean) ?? cell.mean, span || null],
    show: [make("span", { class: "mean" }, cell.mean), span && make("span", { class: "span" }, ` ${span} `),
      cell.word && make("span", { class: "verdict " + cell.verdict }, cell.word)].filter(Boolean),
  };
}
