"""The command line: `reformsim VERB [overrides]`. Exit codes: 0 done, 2 bad input, 3 some runs failed, 130 stopped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from experiments.refusal import Refusal, RunsFailed, one_line, quoted

DONE, BAD_INPUT, SOME_FAILED, STOPPED = 0, 2, 3, 130

VERBS = {
    "run": "one trial: city, option, scenario, seed -> a folder of results and a summary table",
    "compare": "options under common random numbers -> paired effects with intervals, results and the brief",
    "show": "cities, options, reforms, mechanisms, outcomes, parameters",
}

HELP = {
    "run": """reformsim run [overrides] [--json] [--plugin PACKAGE]

Simulates one trial and keeps its record (Parquet, manifest.json) in results/run-<id>/.

  reformsim run city=tiny days=30
  reformsim run city.share=1 days=365 --json
  reformsim run option=grid_300_hire rules.platform.dispatch_minutes=4 seed=7

Keys: city (chengdu, synthetic, tiny), city.share, city.residents, city.compounds, option, scenario,
rules.<theme>.<lever>, days, warmup, seed, replication, threads, chunk, out, lang.
`reformsim show parameters` lists the levers.""",
    "compare": """reformsim compare [overrides] [--json] [--plugin PACKAGE]

Simulates every option in every scenario with the same luck, replication by replication, and writes paired effects,
all tables and the brief (brief.en.html, brief.zh.html) to results/compare-<id>/. Ctrl-C keeps what is complete.

  reformsim compare
  reformsim compare option=status_quo,grid_300_hire replications=20 city.share=0.1
  reformsim compare scenario=base,storm_season processes=2

Keys: those of `run`, and replications, processes.""",
    "show": """reformsim show cities|options|reforms|mechanisms|outcomes|parameters [--json] [lang=zh]""",
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """What was typed, taken apart."""

    overrides: tuple[str, ...]
    plugins: tuple[str, ...]
    json: bool


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; returns the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print(overview())
        return DONE
    verb = words[0]
    try:
        work = _verb(verb)
        if "--help" in words or "-h" in words:
            print(HELP[verb])
            return DONE
        return work(_taken_apart(words[1:]))
    except Refusal as refusal:
        print(one_line(str(refusal)), file=sys.stderr)
        return BAD_INPUT
    except RunsFailed as failed:
        print(one_line(str(failed)), file=sys.stderr)
        return SOME_FAILED
    except KeyboardInterrupt:
        print("stopped; nothing was left half-written", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        return DONE


def overview() -> str:
    """The screen that `reformsim` alone prints."""
    verbs = "\n".join(f"  {verb:<9}{text}" for verb, text in VERBS.items())
    return f"""reformsim simulates and evaluates reforms of grassroots governance before a city adopts them.

  reformsim VERB [overrides]     reformsim VERB --help

{verbs}

Overrides are key=value, as in `reformsim run city.share=0.1 days=365`; --json prints one JSON document."""


def _verb(verb: str) -> Callable[[Call], int]:
    if verb not in VERBS:
        from difflib import get_close_matches

        near = get_close_matches(verb, VERBS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise Refusal(f"command line: verb = {quoted(verb)}: allowed: {', '.join(VERBS)}{hint}")
    work: Callable[[Call], int] = import_module(f"experiments.{verb}").main
    return work


def _taken_apart(words: Sequence[str]) -> Call:
    overrides, plugins, json = [], [], False
    rest = iter(words)
    for word in rest:
        if word == "--json":
            json = True
        elif word == "--plugin":
            plugins.append(next(rest, ""))
        elif word.startswith("--plugin="):
            plugins.append(word.partition("=")[2])
        elif word.startswith("-"):
            raise Refusal(f"command line: {quoted(word)}: unknown flag; allowed: --json, --plugin PACKAGE, --help")
        else:
            overrides.append(word)
    return Call(overrides=tuple(overrides), plugins=tuple(plugins), json=json)
