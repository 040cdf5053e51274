"""The command line: reformsim VERB [overrides]. Exit codes: 0 done, 2 bad input, 3 some runs failed, 130 stopped."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from experiments.refusal import Refusal, RunsFailed

DONE, BAD_INPUT, RUNS_FAILED, STOPPED = 0, 2, 3, 130

VERBS = {
    "run": "one trial: city, option, scenario, seed -> a summary table and a folder of results",
    "compare": "options under common random numbers -> paired effects with intervals, results, the brief",
    "show": "what there is: cities, options, scenarios, reforms, mechanisms, outcomes, parameters",
}

SCREEN = """usage: reformsim VERB [key=value ...] [--json]

Simulate and evaluate reforms of grassroots governance before a city adopts them.

{verbs}

  reformsim compare                                  the main job: the committee's options on a share of Chengdu
  reformsim run city=tiny option=grid_300_same_staff one option in a city small enough to follow by hand
  reformsim show parameters grid                     every lever with value, range, unit and source

reformsim VERB --help shows a verb's keys.
exit codes: 0 done, 2 bad input (one line, nothing written), 3 some runs failed (named), 130 stopped"""

EPILOGS = {
    "run": """keys:
  city=chengdu|synthetic|tiny   city.share=0.05 of Chengdu   city.residents=20000 of a synthetic city
  option=NAME                   one option of configs/option/ (reformsim show options)
  scenario=base                 a file of configs/scenario/ (reformsim show scenarios)
  rules.THEME.LEVER=VALUE       any lever (reformsim show parameters), e.g. rules.grid.households=300
  days=90 warmup=28 seed=1 replication=0 threads=2 chunk=4096 out=FOLDER lang=en|zh""",
    "compare": """keys:
  city=chengdu|synthetic|tiny   city.share=0.05 of Chengdu   city.residents=20000 of a synthetic city
  option=committee_2025         a file of configs/option/, or options by name: option=status_quo,grid_300_hire
  scenario=base,ageing          files of configs/scenario/, one or several
  rules.THEME.LEVER=VALUE       any lever (reformsim show parameters); option.NAME.ENTRY.FIELD=VALUE for an option's
  days=90 warmup=28 seed=1 replications=10 processes=2 threads=1 chunk=4096 out=FOLDER lang=en|zh""",
    "show": """topics:
  cities options scenarios reforms mechanisms outcomes parameters; a word after it keeps the rows that hold it""",
}


class OneLine(argparse.ArgumentParser):
    """A parser whose errors are refusals."""

    def error(self, message: str) -> NoReturn:
        raise Refusal(f"command line: {message}")


def main(argv: Sequence[str] | None = None, *, conduct: Callable[..., Any] | None = None) -> int:
    """Run a command and return its exit code. `conduct` stands in for the model in tests of the machinery."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(words, {} if conduct is None else {"conduct": conduct})
    except Refusal as refusal:
        print(f"reformsim: {refusal}", file=sys.stderr)
        return BAD_INPUT
    except RunsFailed as failure:
        print(f"reformsim: {failure}", file=sys.stderr)
        if "--debug" in words:
            raise
        return RUNS_FAILED
    except KeyboardInterrupt:
        print("reformsim: stopped", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # whoever read our table has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _dispatch(words: list[str], extra: dict[str, Any]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(SCREEN.format(verbs="\n".join(f"  {verb:<9}{does}" for verb, does in VERBS.items())))
        return DONE
    verb, rest = words[0], words[1:]
    if verb not in VERBS:
        from experiments.refusal import refuse

        raise refuse("command line", "verb", verb, allowed="there is no such verb; allowed:", name=verb, names=VERBS)
    parser = OneLine(prog=f"reformsim {verb}", description=VERBS[verb], epilog=EPILOGS[verb], allow_abbrev=False,
                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("words", nargs="*", metavar="topic word" if verb == "show" else "key=value")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    if verb != "show":
        parser.add_argument("--plugin", action="append", default=[], metavar="PACKAGE",
                            help="trust this package: options may name package.module:Class as a reform")  # fmt: skip
        parser.add_argument("--debug", action="store_true", help="show where a failed run failed")
    parser.add_argument("--config-dir", action="append", default=[], type=Path, metavar="FOLDER",
                        help="your own option/, scenario/, city/ and rules/ files beside the shipped ones")  # fmt: skip
    try:
        asked = parser.parse_intermixed_args(rest)
    except SystemExit:  # --help
        return DONE
    if verb == "show":
        from experiments.show import show

        show(asked.words, folders=tuple(asked.config_dir), as_json=asked.json)
    else:
        _study(verb, asked, extra)
    return DONE


def _study(verb: str, asked: argparse.Namespace, extra: dict[str, Any]) -> None:
    from experiments.composing import Folders
    from experiments.options import import_plugin
    from experiments.settings import read

    for plugin in asked.plugin:
        import_plugin(plugin)
    settings = read(verb, asked.words, folders=Folders(user=tuple(asked.config_dir)), plugins=tuple(asked.plugin))
    if verb == "run":
        from experiments.run import run

        run(settings, as_json=asked.json, **extra)
    else:
        from experiments.compare import compare

        compare(settings, as_json=asked.json, **extra)
