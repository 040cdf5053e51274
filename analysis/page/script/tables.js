// Tables that sort by any column. A column is {head, small, text}; a row is a list of cells {is, show, lang, csv}: what
// it is sorted by, what is seen, and what the CSV holds if that is not what it is sorted by.
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
  const head = column.small ? `${column.head} (${column.small})` : column.head;
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

// A column of numbers with intervals makes three columns of the CSV.
function csvRows(columns, rows) {
  const heads = columns.flatMap((column) => {
    const head = column.small ? `${column.head} (${column.small})` : column.head;
    return column.interval ? [head, `${head} ${say("explore.low")}`, `${head} ${say("explore.high")}`] : [head];
  });
  return [heads, ...rows.map((row) => row.flatMap((cell, i) => {
    const held = cell.csv === undefined ? cell.is : cell.csv;
    return columns[i].interval ? (held || [null, null, null]) : [held];
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
      cell.verdict && make("span", { class: "verdict " + cell.verdict }, say("verdict." + cell.verdict)),
    ].filter(Boolean),
  };
}
