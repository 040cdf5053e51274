"""What an option costs: yuan per resident by account, stacked, one bar an option."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from analysis.figures.drawing import COLOURS, INK

HATCHES = ("", "//", "--", "\\\\", "xx", "||", "++")  # seven beside eight colours: pairs differ up to 56 accounts


def draw(
    axes: Axes,
    names: Sequence[str],
    accounts: Sequence[str],
    yuan: Sequence[Sequence[float]],
    *,
    label: str,
    number: str = "{:.0f}",
) -> None:
    """yuan[account][option] per resident; totals at the ends of the bars. Colour and hatch tell accounts apart."""
    left = [0.0] * len(names)
    for i, (account, row) in enumerate(zip(accounts, yuan, strict=True)):
        axes.barh(
            range(len(names)),
            row,
            left=left,
            height=0.62,
            color=COLOURS[(i + 1) % 8],
            alpha=0.82,
            edgecolor="white",
            linewidth=0.8,
            hatch=HATCHES[i % 7],
            label=account,
        )
        left = [a + b for a, b in zip(left, row, strict=True)]
    for place, total in enumerate(left):
        axes.annotate(
            number.format(total),
            (total, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            color=INK,
            fontsize=9,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.margins(x=0.12)
    axes.locator_params(axis="x", nbins=5)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(label)
    axes.legend(loc="upper center", bbox_to_anchor=(0.4, -0.2), ncols=2, handlelength=1.6, columnspacing=1.2)
