"""Charts: a picture of whatever there is to tell, and the same in words."""

import io
import random
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from PIL import Image

from bot.ui import charts, statistics
from bot.values.figures import Count, Figures, Painted, Spread, Work
from bot.values.rules import Refusal
from styles import load

LABELS = {style.id: style.label for style in load().values()}
TODAY = date(2026, 3, 1)


def days(length: int) -> tuple[date, ...]:
    return tuple(TODAY - timedelta(days=ago) for ago in reversed(range(length)))


def busy(length: int, styles: Mapping[str, str]) -> Figures:
    chance = random.Random(length)
    waits = tuple((day, Spread(half := chance.randrange(20), half * 4, half * 9)) for day in days(length))
    return Figures(
        days=days(length),
        painted=tuple(
            Painted(day, style, chance.randrange(1, 30))
            for day in days(length)
            for style in styles
            if chance.random() < 0.8
        ),
        waits=Spread(9, 44, 310),
        waits_by_day=waits,
        work=(Work("FLUX.2-klein-4B", 1800, 3000.0), *(Work(f"engine {one}", 9, 1.0) for one in range(9))),
        refusals=tuple(Count(f"reason_{one}", 20 - one) for one in range(12)),
        failures=(Count("LostError", 7),),
        cancelled=22,
    )


QUIET = Figures(days=days(30), painted=(Painted(TODAY - timedelta(days=9), "ghibli", 1),))
STRANGE = {
    "one": "水彩画",
    "two": "$x^2$ and $$",
    "three": "a name that goes on and on and on and on",
    "four": "🎨\ntwo lines",
    "five": "مرحبا",
    "six": "_hidden from legends",
}


@pytest.mark.parametrize(
    ("figures", "labels"),
    [
        pytest.param(busy(30, LABELS), LABELS, id="busy"),
        pytest.param(busy(90, LABELS), LABELS, id="ninety days"),
        pytest.param(busy(1, {"ghibli": ""}), LABELS, id="one style, one day"),
        pytest.param(busy(30, {f"style_{one}": "" for one in range(60)}), {}, id="sixty styles"),
        pytest.param(busy(7, STRANGE), STRANGE, id="names that a font can't write"),
        pytest.param(QUIET, LABELS, id="one picture"),
        pytest.param(Figures(days=days(30), refusals=(Count("paused", 1),)), LABELS, id="one refusal"),
        pytest.param(
            Figures(days=days(30), waits=Spread(0, 0, 0), waits_by_day=((TODAY, Spread(0, 0, 0)),)), {}, id="no wait"
        ),
        pytest.param(Figures(days=days(30)), LABELS, id="nothing"),
    ],
)
def test_whatever_there_is_becomes_a_picture_of_one_size(figures: Figures, labels: Mapping[str, str]) -> None:
    data = charts.draw(figures, labels)
    assert len(data) < 500_000
    with Image.open(io.BytesIO(data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (1050, 800))
        assert picture.convert("RGBA").getchannel("A").getextrema() == (255, 255)  # it brings its own ground


def test_the_same_figures_are_the_same_bytes() -> None:
    assert charts.draw(QUIET, LABELS) == charts.draw(QUIET, LABELS)


def ink(data: bytes, box: tuple[int, int, int, int]) -> int:
    """How many pixels of a part are not ground."""
    with Image.open(io.BytesIO(data)) as picture:
        part = picture.convert("RGB").crop(box)
    return sum(count for count, colour in part.getcolors(1 << 24) or () if colour != (0x1F, 0x21, 0x26))


def test_every_panel_has_something_in_it() -> None:
    data = charts.draw(busy(30, LABELS), LABELS)
    for panel in ((0, 40, 1050, 440), (0, 450, 400, 800), (410, 480, 720, 800), (730, 480, 1050, 800)):
        assert ink(data, panel) > 1000


@pytest.mark.parametrize(
    ("name", "shown"), [("水彩画", "one"), ("🎨", "one"), ("", "one"), ("Ukiyo-e", "Ukiyo-e"), ("a\nb", "a b")]
)
def test_a_style_whose_name_the_font_lacks_is_called_by_its_id(name: str, shown: str) -> None:
    assert charts._label("one", {"one": name}) == shown


def test_words_say_the_main_numbers_within_discords_limit() -> None:
    told = statistics.alt_text(busy(30, LABELS), LABELS)
    for number in ("in the last 30 days", "Manga", "44 s", "5.2 min", "FLUX.2-klein-4B 1,800", "others"):
        assert number in told
    longest = {style: style * 400 for style in LABELS}
    assert len(statistics.alt_text(busy(30, LABELS), longest)) <= 1024


def test_one_picture_is_no_plural() -> None:
    assert statistics.summary(QUIET, LABELS) == "1 picture in the last 30 days: Ghibli 1."


def test_every_refusal_has_words_of_its_own() -> None:
    assert set(Refusal) <= set(statistics._REASONS)
    assert statistics.reason("some_new_one") == "some new one"


def test_a_name_that_begins_with_an_underscore_is_in_the_legend() -> None:
    named, bare = (charts.draw(busy(7, {"six": ""}), {"six": name}) for name in ("_six", ""))
    legend = (860, 40, 1050, 120)
    assert ink(named, legend) > 500
    assert ink(bare, legend) > 500
