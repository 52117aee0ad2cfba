"""Charts: statistics in, the bytes of a PNG out.

The picture brings its own dark ground, so that it reads the same on Discord's light and dark. Nothing is told by colour
alone: bars are hatched, lines dashed, and numbers stand beside them.
"""

import io
import math
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from bot.ui import statistics
from bot.ui.language import ENGLISH, speaking
from bot.values.figures import Count, Figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_GROUND, _INK, _FAINT = "#1f2126", "#f2f3f5", "#4a4d55"
_BARS: Final = (  # Okabe and Ito's colours, which the colour-blind tell apart, each with a hatch of its own
    ("#56b4e9", ""),
    ("#e69f00", "///"),
    ("#009e73", "..."),
    ("#f0e442", "\\\\\\"),
    ("#cc79a7", "xxx"),
    ("#d55e00", "---"),
    ("#4f8fd0", "ooo"),
    ("#a8abb3", "|||"),
)
_MARKER: Final = 3.5  # points
_LINES: Final = (("#56b4e9", "o", "-"), ("#e69f00", "s", "--"))

_STYLE: Final[Mapping[str, Any]] = {
    "axes.edgecolor": _FAINT,
    "axes.facecolor": _GROUND,
    "axes.labelcolor": _INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": _INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 12,
    "figure.constrained_layout.use": True,
    "figure.dpi": 125,
    "figure.facecolor": _GROUND,
    "font.family": "DejaVu Sans",  # matplotlib brings it along
    "font.size": 11,
    "grid.color": _FAINT,
    "hatch.color": _GROUND,
    "legend.frameon": False,
    "legend.labelcolor": _INK,
    "savefig.facecolor": _GROUND,
    "text.color": _INK,
    "text.parse_math": False,  # a style may be called "$$$"
    "xtick.color": _INK,
    "xtick.labelcolor": _INK,
    "ytick.color": _INK,
    "ytick.labelcolor": _INK,
}

_PLAIN: Final = "#8fa3b8"  # where nothing is told by colour
_NARROW, _WIDE = 1.35, 2.3  # of the longest bar, with what stands behind it

_SIZE: Final = (8.4, 6.4)  # inches
_LEAST_DAYS: Final = 7  # that an axis has room for, so that a single bar is not a wall
_DATES: Final = 7  # below an axis at most
_ROWS: Final = 5  # in a list of bars
_LONGEST: Final = 24  # letters of a label
_MINUTES_FROM: Final = 180  # seconds

_drawing = Lock()  # matplotlib is not safe to use in two threads, and its settings are the process's


def draw(figures: Figures, labels: Mapping[str, str]) -> bytes:
    """Draw a chart of some 1050 x 800 pixels, as a PNG. Takes up to a second: call it in a thread.

    Parameters
    ----------
    labels
        The styles' names by their ids. A style that the font can't write is called by its id.
    """
    with _drawing, _settings(), speaking(ENGLISH):  # whose letters the font has; what stands beside it is translated
        from matplotlib.figure import Figure  # noqa: PLC0415 - half a second, and only where a chart is wanted

        figure = Figure(figsize=_SIZE)
        figure.suptitle(_title(figures), fontsize=14, x=0.02, ha="left")
        halves: Any = figure.subfigures(2, 1, height_ratios=(1.15, 1))  # two are an array, of which its stubs say less
        above, below = halves
        _pictures(above.subplots(), figures, labels)
        waits, without, engines = below.subplots(1, 3)
        _waits(waits, figures)
        _list(without, "Without a picture", [(one, "") for one in statistics.ends_without_a_picture(figures)])
        _list(engines, "Engines", [(Count(one.engine, one.pictures), statistics.pace(one)) for one in figures.work])
        return _png(figure)


@contextmanager
def _settings() -> "Iterator[None]":
    """Ours, and nothing of a file of the operator's own."""
    import matplotlib as mpl  # noqa: PLC0415 - see `draw`

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)  # type: ignore[arg-type]  # its stubs know every key as a literal
        yield


def _title(figures: Figures) -> str:
    days = dict.fromkeys((figures.days[0], figures.days[-1]))
    return f"{statistics.headline(figures)} · {' to '.join(map(str, days))}"


def _pictures(axes: "Axes", figures: Figures, labels: Mapping[str, str]) -> None:
    axes.set_title("Pictures a day, by style")
    styles = statistics.first(figures.styles, len(_BARS))
    if not styles:
        _say(axes, "no pictures")
        return
    shown = {one.name for one in styles}
    heights = {one.name: [0] * len(figures.days) for one in styles}
    place = {day: at for at, day in enumerate(figures.days)}
    for each in figures.painted:
        heights[each.style if each.style in shown else statistics.OTHERS()][place[each.day]] += each.pictures
    below, bars = [0] * len(figures.days), []
    for one, (colour, hatch) in zip(styles, _BARS, strict=False):
        bars.append(axes.bar(range(len(below)), heights[one.name], bottom=below, color=colour, hatch=hatch))
        below = [low + high for low, high in zip(below, heights[one.name], strict=True)]
    _days(axes, figures.days)
    _numbers(axes)
    axes.legend(
        bars,
        [f"{_label(one.name, labels)}  {one.times:,}" for one in styles],  # none left out that begins with "_"
        loc="upper left",
        bbox_to_anchor=(1.0, 1.02),
        reverse=True,  # as the bars are stacked
        handlelength=1.8,
        handleheight=1.1,
    )


def _waits(axes: "Axes", figures: Figures) -> None:
    axes.set_title("Waiting")
    if figures.waits is None:
        _say(axes, "nobody waited")
        return
    place = {day: at for at, day in enumerate(figures.days)}
    at = [place[day] for day, _ in figures.waits_by_day]
    unit, name = (60, "minutes") if figures.waits.nine_in_ten >= _MINUTES_FROM else (1, "seconds")
    lines = (
        ("half", figures.waits.half, [one.half / unit for _, one in figures.waits_by_day]),
        ("9 in 10", figures.waits.nine_in_ten, [one.nine_in_ten / unit for _, one in figures.waits_by_day]),
    )
    for (share, overall, values), (colour, marker, dashes) in zip(lines, _LINES, strict=True):
        label = f"{share}: {statistics.span(overall)}"
        axes.plot(at, values, dashes, color=colour, marker=marker, markersize=_MARKER, clip_on=False, label=label)
    _days(axes, figures.days, most=3)
    _numbers(axes)
    axes.set_ylim(0, 1.6 * max(max(values) for *_, values in lines) or 1)  # with room for the legend
    axes.set_ylabel(name)
    axes.legend(loc="upper left", bbox_to_anchor=(-0.02, 1.04), handlelength=2.4, labelspacing=0.2)


def _list(axes: "Axes", title: str, counts: Sequence[tuple[Count, str]]) -> None:
    """Bars from left to right: the name above each, and its number behind it with what else there is to say."""
    axes.set_title(title)
    if not counts:
        _say(axes, "none")
        return
    more = dict(counts)
    shown = statistics.first(list(more), _ROWS)
    most = max(one.times for one in shown)
    for row, one in enumerate(shown):
        axes.barh(row, one.times, 0.4, color=_PLAIN)
        axes.text(0, row - 0.3, _written(one.name) or statistics.OTHERS(), fontsize=10, va="bottom")
        said = f"{one.times:,}   {more.get(one, '')}".rstrip()
        axes.text(one.times + 0.03 * most, row, said, fontsize=10, va="center")
    axes.set_xlim(0, most * (_WIDE if any(more.values()) else _NARROW))
    axes.set_ylim(_ROWS - 0.4, -0.9)  # the first one on top
    axes.set_axis_off()


def _say(axes: "Axes", words: str) -> None:
    """Instead of what there is nothing of."""
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=_PLAIN)
    axes.set_axis_off()


def _days(axes: "Axes", days: Sequence[date], most: int = _DATES) -> None:
    room = max(_LEAST_DAYS, len(days))
    step = math.ceil(len(days) / most)
    ticks = range(len(days) - 1, -1, -step)  # today is always named
    axes.set_xlim(len(days) - room - 0.6, len(days) - 0.4)
    axes.set_xticks(list(ticks), [f"{days[at]:%m-%d}" for at in ticks])


def _numbers(axes: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - see `draw`

    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.grid(axis="y", linewidth=0.6)
    axes.set_axisbelow(True)


def _label(style: str, labels: Mapping[str, str]) -> str:
    """A style's name as the font can write it."""
    return _written(labels.get(style, style)) or style


def _written(text: str) -> str | None:
    """The text, cut to fit; None if the font has not every letter of it."""
    text = " ".join(text.split())
    if not text or not text.isprintable() or not all(ord(letter) in _letters() for letter in text):
        return None
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


@cache
def _letters() -> frozenset[int]:
    """The code points that the charts' font can draw."""
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415 - see `draw`

    return frozenset(get_font(findfont(_STYLE["font.family"])).get_charmap())


def _png(figure: "Figure") -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Software": "Animify"})
    return file.getvalue()
