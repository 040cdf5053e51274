"""Writes the results page: results in, one self-contained HTML file out, in both languages; same results, same bytes.

What is shown is data in a script element that never runs; the page's own script writes it as text alone. A policy in
the file lets that one script and style run, by their hashes, and nothing be loaded from anywhere.
"""

from __future__ import annotations

import base64
import json
import os
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from analysis.brief.typeface import embedded
from analysis.brief.words import words
from analysis.page.content import content
from analysis.results import Results

NAME = "page.html"
SCRIPTS = ("state", "words", "dom", "files", "tables", "axes", "charts", "maps", "sections", "details", "start")
# in JSON these stand inside texts alone, where their codes mean the same; so no text can end the element it stands in
CODES = {c: f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def write_page(folder: str | Path, results: Results) -> Path:
    """Write page.html into a folder and return its path."""
    path = Path(folder) / NAME
    part = path.with_name(path.name + ".part")
    part.write_text(page(results), encoding="utf-8", newline="\n")
    os.replace(part, path)
    return path


def page(results: Results) -> str:
    """The results page as one HTML text."""
    data, text = content(results), words("en")
    here = files("analysis.page")
    shown = json.dumps(data, ensure_ascii=False)
    script = "\n".join((here / "script" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    script = f'"use strict";\n(() => {{\n{script}}})();\n'
    font = (
        f'@font-face {{ font-family: "Noto Sans SC"; src: url(data:font/woff;base64,{embedded(shown + script)}); }}\n'
    )
    style = font + (here / "page.css").read_text("utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return template.from_string((here / "page.html.j2").read_text("utf-8")).render(
        title=data["title"]["en"],
        without=[words(lang)("explore.no_script") for lang in ("en", "zh")],
        loading=text("explore.loading"),
        policy=Markup(
            f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; font-src data:; "
            "base-uri 'none'; form-action 'none'"
        ),
        style=Markup(style),
        script=Markup(script),
        data=Markup(inert(data)),
    )


def inert(value: Any) -> str:
    """JSON that may stand in a script element: no text in it can close the element or open another."""
    shown = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return "".join(CODES.get(c, c) for c in shown)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"
