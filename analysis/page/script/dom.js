// Elements are made here alone: text is set as text, so that nothing in a name is ever read as markup.
const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const make = (tag, attributes = {}, ...children) => filled(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) => filled(document.createElementNS(SVG, tag), attributes, children);

// A name of the command line, which may go on in another line after a dot, a bar or an equals sign.
const code = (text) => make("code", {}, text.split(/(?<=[._=])/).flatMap((part) => [part, make("wbr")]));

function selectBox(id, label, choices, chosen, onChoice) {
  const box = make("select", { id, onchange: (event) => onChoice(event.target.value) },
    choices.map(([value, text]) => make("option", { value }, text)));
  box.value = chosen;
  return make("p", { class: "choice" }, make("label", { for: id }, label), box);
}

function tickBox(id, label, ticked, onTick) {
  const box = make("input", { id, type: "checkbox", onchange: (event) => onTick(event.target.checked) });
  box.checked = ticked;
  return make("span", { class: "tick" }, box, make("label", { for: id }, label));
}

// Buttons of which one is pressed: what is chosen under a key, as [value, text, language of the text].
function pressed(key, label, choices) {
  return make("div", { role: "group", "aria-label": label, class: "pressed " + key }, choices.map(([value, text, lang = null]) => make("button", {
    type: "button", id: `${key}-${value}`, lang, "aria-pressed": String(state[key] === value), onclick: () => choose({ [key]: value }) }, text)));
}

// The words for those who do not see what has changed.
function announce(text) {
  document.getElementById("said").textContent = text;
}

// Put new contents into a part of the page, and leave the keyboard where it was.
function refill(part, children) {
  const held = document.activeElement;
  const id = held && part.contains(held) ? held.id : "";
  const range = id && held.tagName === "INPUT" && held.type === "search" ? [held.selectionStart, held.selectionEnd] : null;
  const scrolled = Object.fromEntries([...part.querySelectorAll(".scroll[id]")].map((box) => [box.id, box.scrollLeft]));
  part.replaceChildren(...children.flat(Infinity).filter(Boolean));
  for (const [box, left] of Object.entries(scrolled)) {
    const again = document.getElementById(box);
    if (again) again.scrollLeft = left;
  }
  const again = id && document.getElementById(id);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (range) again.setSelectionRange(...range);
}
