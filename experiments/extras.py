"""Extras: heavy packages that are imported only when asked for, and what to type where one is missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from experiments.refusal import Refusal

EXTRAS = {"ray": "ray", "submitit": "slurm", "typst": "pdf"}  # module -> the extra that brings it


def extra(module: str, asked: str) -> Any:
    """A module that an extra brings; `asked` is what was typed that needs it.

    Raises:
        Refusal: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise Refusal(f"{asked} needs {module}; install it with: pip install 'reformsim[{EXTRAS[module]}]'") from None
