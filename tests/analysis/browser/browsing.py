"""What a browser sees of a file: what it asks for, says and draws, and with which font."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Dialog, Page, Request

WIDTHS = (1280, 400)  # pixels
FIRED = "fired"  # what a payload that runs sets on the window
INSIDE = ("data:", "blob:")  # addresses that ask nobody for anything

# Elements that together show every character of the text in every style that it has there: which font draws a character
# hangs on these alone, and asking for the fonts of each element would take most of the time.
TEXTS = """() => {
  const seen = new Set();
  return [...document.querySelectorAll("body *")].filter((e) => {
    if (e.closest("script, style, noscript")) return false;
    const own = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
    if (!own || !e.getClientRects().length) return false;
    const { fontFamily, fontWeight, fontStyle } = getComputedStyle(e);
    const drawn = [...own].map((c) => [c, fontFamily, fontWeight, fontStyle].join()).filter((c) => !seen.has(c));
    drawn.forEach((c) => seen.add(c));
    return drawn.length > 0;
  });
}"""

# Pairs of texts of a figure whose boxes overlap by more than a pixel, and texts that stick out of the figure.
CROWDED = """() => [...document.querySelectorAll("figure svg")].flatMap((svg) => {
  const box = (node) => node.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim())
    .map((t) => [t.textContent, box(t)]);
  const frame = box(svg);
  const out = texts.filter(([, a]) => Math.max(frame.left - a.left, a.right - frame.right) > 1
    || Math.max(frame.top - a.top, a.bottom - frame.bottom) > 1);
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
  const pairs = texts.flatMap(([s, a], i) => texts.slice(i + 1).filter(([, b]) => meet(a, b))
    .map(([t]) => `${s} / ${t}`));
  return [...out.map(([s]) => `${s} is cut off`), ...pairs];
})"""


@dataclass
class Seen:
    """A page with all that it said and asked for since it was opened."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def quiet(self) -> bool:
        """No word on the console, no error, no dialog, no request, no payload that ran."""
        ran = self.page.evaluate(f"window.{FIRED}")
        assert (self.said, self.asked, self.dialogs, ran) == ([], [], [], None)
        return True

    def taken(self, button: str) -> str:
        """What a button gives to keep, with its own line ends; chromium drops downloads past ten in a second."""
        self.page.wait_for_timeout(120)
        with self.page.expect_download() as download:
            self.page.click(f"#{button}")
        return download.value.path().read_bytes().decode()

    def fonts(self) -> set[tuple[str, bool]]:
        """The families that drew text, and whether each came inside the file."""
        tools = self.page.context.new_cdp_session(self.page)
        for domain in ("DOM", "CSS"):
            tools.send(f"{domain}.enable")
        root = tools.send("DOM.getDocument")["root"]["nodeId"]
        self.page.evaluate(f"({TEXTS})().forEach((e) => e.setAttribute('data-drawn', ''))")
        found = set()
        for node in tools.send("DOM.querySelectorAll", {"nodeId": root, "selector": "[data-drawn]"})["nodeIds"]:
            for font in tools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
                found.add((font["familyName"], font["isCustomFont"]))
        tools.detach()
        return found


@contextmanager
def opened(browser: Browser, path: Path, *, width: int = 1280, address: str = "") -> Iterator[Seen]:
    """The file in a window of that width, with the network off."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(10_000)
    seen = Seen(page)

    def asks(request: Request) -> None:
        own = request.url.split("#")[0] == path.as_uri() and request.is_navigation_request()
        if not own and not request.url.startswith(INSIDE):
            seen.asked.append(request.url)

    def closes(dialog: Dialog) -> None:
        seen.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("console", lambda message: seen.said.append(message.text))
    page.on("pageerror", lambda error: seen.said.append(str(error)))
    page.on("request", asks)
    page.on("dialog", closes)
    page.goto(path.as_uri() + address)
    page.evaluate("document.fonts.ready.then(() => null)")
    try:
        yield seen
    finally:
        context.close()
