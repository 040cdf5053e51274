// All that is said comes in both languages; these pick the one that is chosen.
const pick = (both) => both[state.lang];
const pairSeparator = () => (state.lang === "zh" ? "：" : ": ");

// The words of a key with its braces filled in.
function say(key, filled = {}) {
  const words = DATA.words[state.lang][key];
  if (words === undefined) throw new Error("no words for " + key);
  return words.replace(/\{(\w+)\}/g, (hole, name) => (name in filled ? String(filled[name]) : hole));
}

// A number with its interval as one line of text.
function spanWords(cell) {
  return cell.says.length < 3 ? "" : say("page.interval", { low: cell.says[1], high: cell.says[2] });
}

// The interval over assumptions, and what is to be said of an effect whose sign hangs on them.
const overWords = (cell) =>
  say(cell.over.outside ? "assumed.span_outside" : "assumed.span", { low: cell.over.says[0], high: cell.over.says[1] });
const verdictWords = (cell) =>
  cell.hangs ? say("assumed.hangs") : say("verdict." + (cell.slight ? "slightly_" : "") + cell.verdict);
const verdictLook = (cell) => "verdict " + (cell.hangs ? "unclear" : cell.verdict) + (cell.slight ? " slight" : "");

const langTag = () => (state.lang === "zh" ? "zh-Hans" : "en");
