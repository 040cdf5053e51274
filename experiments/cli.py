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
    "sweep": "any design over rules, scenarios and options -> a store that survives being cut short",
    "ablate": "each of the 45 mechanisms alone against the baseline -> does it move what it says? A wiring check",
    "brief": "what people look at, made again from results: HTML, PDF or PNG in English or Chinese, or the page",
    "verify": "run a result again from its manifest and compare the digests",
    "store": "check, repair or export the results of a sweep",
    "show": "what there is: cities, options, scenarios, reforms, mechanisms, outcomes, parameters",
}

SCREEN = """usage: reformsim VERB [key=value ...] [--json]

Simulate and evaluate reforms of grassroots governance before a city adopts them.

{verbs}

  reformsim compare                                  the main job: the committee's options on a share of Chengdu
  reformsim run city=tiny option=grid_300_same_staff one option in a city small enough to follow by hand
  reformsim sweep +experiment=grid_size              a shipped study; the same command again does what is missing
  reformsim ablate mechanism=M17                     one mechanism alone: what it moves, what it costs
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
  replications=20 at most; adaptive=true stops once the choice is settled; adaptive=false makes them all
  assumptions=256               draws of what decides the signs, each a run of every option; other scenarios, a little
                                more of one thing and a storm are run beside them (0 for none of this)
  attribute=full_package        take an option apart: every combination of its reforms is run
  days=90 warmup=28 seed=1 processes=2 threads=1 chunk=4096 out=FOLDER lang=en|zh""",
    "sweep": """keys:
  city=chengdu|synthetic|tiny   one city; option=NAME,NAME and scenario=NAME,NAME are crossed with the points below
  rules.THEME.LEVER=1,2,3       an axis; also choice(1,2), range(0,1,0.1), and interval(0,1) for sampling designs;
                                scenario.FIELD and option.NAME.ENTRY.FIELD as well
  design=grid                   or list, one_at_a_time, latin_hypercube, sobol; design.size=64 points of the last two
  +experiment=NAME              a shipped study of configs/experiment/; keys after it take precedence
  days=90 warmup=28 seed=1 replications=5 series=none|week|day places=true|false
  processes=2 threads=1 chunk=4096 part=100 time_limit=3600 memory_limit=4 out=FOLDER lang=en|zh
The same command does only what is missing; several may run on one folder. Ctrl-C keeps what has ended.""",
    "ablate": """keys:
  mechanism=all                 or some: mechanism=M17, mechanism=M17,M28 (reformsim show mechanisms)
  city=chengdu_small|chengdu|synthetic|tiny   city.share=0.03 of Chengdu   city.residents=20000 of a synthetic city
  scenario=base                 a file of configs/scenario/
  rules.THEME.LEVER=VALUE       any lever (reformsim show parameters), for the baseline and all mechanisms
  days=240 warmup=28 seed=1 replications=5 processes=2 threads=1 chunk=4096 out=FOLDER lang=en|zh
Each mechanism acts alone at the levers at which it is tried, and its neutral form must give the baseline's digest.
What it moves is set beside what was declared of it. That is a check of wiring, not evidence. Ctrl-C keeps the
mechanisms whose trials have ended.""",
    "brief": """RESULTS is a folder that compare wrote, or its results.json; nothing is run again.
  format=html                   one file for a browser, to read or print
  format=pdf                    the same on paper; format=png its pages as pictures (pip install 'reformsim[pdf]')
  format=page                   one file for a browser to explore: tables to sort, maps, CSV and SVG; both languages
  lang=en|zh out=FOLDER         beside the results if not named""",
    "verify": """MANIFEST is a results folder or its manifest.json; it may be left out where results/ holds one only.
Files are checked against their SHA-256; then the trials are run again (sample=N of them, spread over the whole;
sample=0 is all) and the digests are compared.
  processes=2 sample=0""",
    "store": """actions:
  check FOLDER                  every file against its SHA-256; damaged ones are named (exit 3)
  repair FOLDER                 damaged parts are taken away; the sweep's own command, which is said, does them again
  export FOLDER [to=FOLDER]     CSV for spreadsheets, datapackage.json in English and Chinese, a file of DuckDB views,
                                and, where places were kept, GeoJSON and GeoPackage; with events=TRIAL the event log of
                                the cases of that trial, which is run again for it, for process mining""",
    "show": """topics:
  cities options scenarios designs experiments reforms mechanisms outcomes parameters;
  a word after it keeps the rows that hold it""",
}

WORDS = {
    "show": "topic word",
    "brief": "RESULTS key=value",
    "verify": "[MANIFEST] key=value",
    "store": "check|repair|export FOLDER",
}


class OneLine(argparse.ArgumentParser):
    """A parser whose errors are refusals."""

    def error(self, message: str) -> NoReturn:
        raise Refusal(f"command line: {message}")


def main(argv: Sequence[str] | None = None, **stand_ins: Callable[..., Any]) -> int:
    """Run a command and return its exit code. In tests of the machinery `conduct` stands in for the model, and
    `engine` for the processes of a sweep."""
    words = list(sys.argv[1:] if argv is None else argv)
    return exit_code(lambda: _dispatch(words, stand_ins), debug="--debug" in words)


def exit_code(command: Callable[[], int | None], *, debug: bool = False) -> int:
    """Run something and say in one line, and by its exit code, how it ended."""
    try:
        return command() or DONE
    except Refusal as refusal:
        print(f"reformsim: {refusal}", file=sys.stderr)
        return BAD_INPUT
    except RunsFailed as failure:
        print(f"reformsim: {failure}", file=sys.stderr)
        if debug:
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
    parser.add_argument("words", nargs="*", metavar=WORDS.get(verb, "key=value"))
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    if verb not in ("show", "brief"):
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
    elif verb == "brief":
        from experiments.brief import brief

        brief(asked.words, as_json=asked.json)
    else:
        _study(verb, asked, extra)
    return DONE


def _study(verb: str, asked: argparse.Namespace, extra: dict[str, Any]) -> None:
    from experiments.composing import Folders
    from experiments.options import import_plugin
    from experiments.settings import read

    for plugin in asked.plugin:
        import_plugin(plugin)
    folders, plugins = Folders(user=tuple(asked.config_dir)), tuple(asked.plugin)
    if verb == "store":
        from experiments.sweep.keeping import keeping

        keeping(asked.words, folders=folders, plugins=plugins, as_json=asked.json)
        return
    if verb == "verify":
        from experiments.sweep.again import verify

        verify(asked.words, folders=folders, plugins=plugins, as_json=asked.json, **extra)
        return
    if verb == "sweep":
        from experiments.sweep.reading import read_sweep
        from experiments.sweep.verb import sweep

        sweep(read_sweep(asked.words, folders=folders, plugins=plugins), as_json=asked.json, **extra)
        return
    if verb == "ablate":
        from experiments.ablate import ablate
        from experiments.ablation import read_ablation

        ablate(read_ablation(asked.words, folders=folders, plugins=plugins), as_json=asked.json, **extra)
        return
    settings = read(verb, asked.words, folders=folders, plugins=plugins)
    if verb == "run":
        from experiments.run import run

        run(settings, as_json=asked.json, **extra)
    else:
        from experiments.compare import compare

        compare(settings, as_json=asked.json, **extra)
