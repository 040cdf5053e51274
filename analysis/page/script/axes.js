// What figures share: colours, marks of options, hatches, axes, and names that fit. Attributes alone carry the look, so
// that a figure taken away as a file looks the same.
const INK = "#1b1b1b", SOFT = "#565b61", FAINT = "#d5d8dc";
const FONT = "Noto Sans SC, sans-serif";
const NARROW = 560; // a figure less wide than this has its names above its rows
const MISSING_WIDTH = 640; // where the page has not been laid out

const figureWidth = () => Math.max(300, Math.min(820, (document.getElementById("page").clientWidth || MISSING_WIDTH) - 40));

function picture(width, height, label, ...children) {
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label,
                       "font-family": FONT, "font-size": 13, class: "figure" }, ...children);
}

const write = (x, y, text, more = {}) => draw("text", { x, y, fill: INK, ...more }, text);

const HALO = { stroke: "#ffffff", "stroke-width": 4, "paint-order": "stroke" }; // keeps lines out of a name that lies on them

// A name cut to so many units of width; Chinese takes a whole one, Latin about half.
function fitted(name, room) {
  let taken = 0;
  let kept = "";
  for (const c of name) {
    taken += c.codePointAt(0) > 0x2e7f ? 13 : 7;
    if (taken > room) return kept.slice(0, -1) + "…";
    kept += c;
  }
  return kept;
}

// A linear axis over marks [value, text], from left to right.
function axis(marks, left, right, top, bottom, unit) {
  const low = marks[0][0], high = marks[marks.length - 1][0];
  const at = (value) => left + ((value - low) / (high - low)) * (right - left);
  const lines = marks.flatMap(([value, text]) => [
    draw("line", { x1: at(value), x2: at(value), y1: top, y2: bottom, stroke: value === 0 ? SOFT : "#eceef0" }),
    write(at(value), bottom + 17, text, { "text-anchor": "middle", fill: SOFT, "font-size": 12 }),
  ]);
  return { at, parts: [...lines, write((left + right) / 2, bottom + 36, unit, { "text-anchor": "middle", fill: SOFT })] };
}

const SHAPES = {
  o: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z", s: "M-5 -5H5V5H-5Z", "^": "M0 -6L6 5H-6Z", v: "M0 6L6 -5H-6Z",
  D: "M0 -6L6 0L0 6L-6 0Z", P: "M-2 -6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z", X: "M-6 -4L-4 -6L0 -2L4 -6L6 -4L2 0L6 4L4 6L0 2L-4 6L-6 4L-2 0Z",
  "|": "M-1 -7H1V7H-1Z",
};
const mark = (option, x, y, full) => draw("path", {
  d: SHAPES[option.marker], transform: `translate(${x} ${y})`, stroke: option.colour, "stroke-width": 1.6,
  fill: full ? option.colour : "#ffffff",
});

// Hatches by the names that the printed figures use.
const HATCH = { "//": "M0 8L8 0", "--": "M0 4H8", "\\\\": "M0 0L8 8", xx: "M0 0L8 8M0 8L8 0", "||": "M4 0V8", "++": "M4 0V8M0 4H8" };

function hatched(id, row) {
  return draw("pattern", { id, width: 8, height: 8, patternUnits: "userSpaceOnUse" },
    draw("rect", { width: 8, height: 8, fill: row.colour }),
    HATCH[row.hatch] && draw("path", { d: HATCH[row.hatch], stroke: "#ffffff", "stroke-width": 1.1 }));
}
