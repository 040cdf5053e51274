// What can be taken away: the numbers of a table or figure as CSV, the figure itself as SVG. Both are made here, in the
// browser; nothing is sent anywhere.
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/;

// A field of a CSV: numbers as they were computed; a text that a spreadsheet would run as a formula is marked as text.
function field(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = FORMULA.test(value) ? "'" + value : value;
  return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

// The mark in front tells Excel and WPS that the text is UTF-8.
const csvText = (rows) => "\ufeff" + rows.map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";

function svgText(drawing) {
  const copy = typeof drawing === "function" ? drawing() : drawing.cloneNode(true);
  for (const name of ["id", "tabindex", "role", "aria-label", "aria-activedescendant", "class"]) copy.removeAttribute(name);
  for (const node of copy.querySelectorAll("*")) {
    for (const name of ["role", "id", "aria-selected", "class"]) if (!(name === "id" && node.tagName === "pattern")) node.removeAttribute(name);
  }
  copy.setAttribute("xmlns", SVG);
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(copy) + "\n";
}

function save(text, kind, name) {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// The buttons under a table or figure: `rows` gives the lines of its CSV, `drawing` its <svg> where there is one, or a
// function that draws it.
function takeAway(id, name, rows, drawing = null) {
  const button = (kind, onclick) => make("button", {
    type: "button", id: `${id}-${kind}`, class: "take", onclick,
    "aria-label": say("explore.download", { kind: say("explore." + kind), name }),
  }, say("explore." + kind));
  return make("p", { class: "takes" },
    button("csv", () => save(csvText(rows()), "text/csv;charset=utf-8", id + ".csv")),
    drawing && button("svg", () => save(svgText(drawing), "image/svg+xml", id + ".svg")));
}
