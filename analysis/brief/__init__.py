"""The brief: one self-contained HTML file for the committee, in English or Chinese."""

from analysis.brief.document import write_brief

__all__ = ["write_brief"]
