"""A picture of one journey: a bar a step, as an SVG that reads in light and in dark."""

import html
from collections.abc import Sequence
from itertools import accumulate

from benchmarks.figures import Step

_WIDTH, _LEFT, _RIGHT = 860, 210, 90
_ROW, _BAR, _TOP, _BOTTOM = 30, 18, 56, 40
_STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px } .axis { fill: #59636e; font-size: 11px }
.bar { fill: #0969da } .after { fill: #afb8c1 } .grid { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc } .axis { fill: #9198a1 }
  .bar { fill: #4493f8 } .after { fill: #656c76 } .grid { stroke: #3d444d }
}"""
_GRIDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
_MOST_LINES = 9


def draw(steps: Sequence[Step]) -> str:
    """The steps under one another, each bar beginning where the one before ends; paler after the finish."""
    ends = list(accumulate(step.seconds for step in steps))
    finish = next((number for number, step in enumerate(steps) if step.finish), len(steps) - 1)
    height = _TOP + _ROW * len(steps) + _BOTTOM
    scale = (_WIDTH - _LEFT - _RIGHT) / max(ends[-1], 1e-9)
    title = f"One photo of 12 MP, from the command to the picture in the thread: {ends[finish]:.2f} s"
    rows = [_row(number, step, ends[number], scale, after=number > finish) for number, step in enumerate(steps)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
            f"<title>{html.escape(title)}</title>",
            f"<style>{_STYLE}</style>",
            f'<text class="title" x="16" y="28">{html.escape(title)}</text>',
            *_grid(ends[-1], scale, height),
            *rows,
            "</svg>\n",
        ]
    )


def _row(number: int, step: Step, end: float, scale: float, *, after: bool) -> str:
    top = _TOP + _ROW * number
    left, width = _LEFT + (end - step.seconds) * scale, max(1.5, step.seconds * scale)
    baseline = top + _BAR - 4
    return (
        f'<text x="{_LEFT - 12}" y="{baseline}" text-anchor="end">{html.escape(step.name)}</text>'
        f'<rect class="{"after" if after else "bar"}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}"'
        f' rx="2"/><text x="{left + width + 6:.1f}" y="{baseline}">{step.seconds * 1e3:.0f} ms</text>'
    )


def _grid(total: float, scale: float, height: int) -> list[str]:
    """A line for each round number of seconds."""
    apart = next((each for each in _GRIDS if total / each <= _MOST_LINES), _GRIDS[-1])
    bottom = height - _BOTTOM + 4
    lines = []
    for number in range(int(total / apart) + 1):
        x = _LEFT + number * apart * scale
        lines.append(
            f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{bottom}"/>'
            f'<text class="axis" x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{number * apart:g} s</text>'
        )
    return lines
