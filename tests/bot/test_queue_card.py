"""The card of /queue says how much there is to do, where the reader's own stands, and what a new picture would wait."""

from pathlib import Path

import pytest
from discord import ui

import styles
from bot.ui import queue
from bot.ui.language import LANGUAGES, speaking
from bot.ui.queue import Load, Outlook, Yours
from bot.ui.status import Waiting
from engine.dispatcher import Quote
from tests.styles.many import many

CATALOGUE = list(styles.load().values())
NOW = 1_800_000_000
IDLE = Load(engine="painter", waiting=0, running=0, open=True)
BUSY = Load(engine="painter", waiting=7, running=2, open=True)


def outlook(*etas: float, longest: float = 780.0) -> Outlook:
    """The first styles wait so long, and all others as long as the last of them."""
    padded = [*etas, *[etas[-1]] * (len(CATALOGUE) - len(etas))]
    quotes = {style.id: Quote(0, eta) for style, eta in zip(CATALOGUE, padded, strict=True)}
    return Outlook(quotes=quotes, longest=longest, now=NOW)


def yours(**changes: object) -> Yours:
    usual = {"emoji": "🌿", "label": "Ghibli", "where": None, "ready_at": None, "started": False, "card": None}
    return Yours(**{**usual, **changes})  # type: ignore[arg-type]  # each as its field wants it


def lines(view: ui.LayoutView) -> list[str]:
    assert view.is_finished()
    assert view.content_length() <= 4000
    assert len(list(view.walk_children())) <= 40
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay)).split("\n")


def waits(*etas: float, longest: float = 780.0) -> list[str]:
    said = lines(queue.card([IDLE], [], CATALOGUE, outlook(*etas, longest=longest)))
    return said[said.index("**A new picture would take**") + 1 :]


async def test_a_quiet_queue_says_so() -> None:
    said = lines(queue.card([IDLE], [], CATALOGUE, outlook(3.0)))
    assert queue.NOTHING_WAITS() in said
    assert queue.NOTHING_YOURS() in said


async def test_every_engine_that_is_at_work_is_named_with_what_it_has_to_do() -> None:
    relief = Load(engine="relief", waiting=0, running=0, open=True)
    said = lines(queue.card([BUSY, relief], [], CATALOGUE, outlook(3.0)))
    assert "painter: 7 waiting, 2 being painted" in said
    assert not any("relief" in line for line in said)


async def test_an_engine_that_is_down_promises_nothing() -> None:
    down = Load(engine="painter", waiting=2, running=0, open=False)
    said = lines(queue.card([down], [], CATALOGUE, outlook(3.0)))
    assert "My engine is down" in said[1]
    assert "**A new picture would take**" not in said


async def test_ones_own_pictures_say_where_they_are_and_lead_to_their_cards() -> None:
    card = "https://discord.com/channels/1/2/3"
    mine = [
        yours(where=Waiting(3, NOW + 20, 1), ready_at=NOW + 20, card=card),
        yours(ready_at=NOW + 5, started=True),
        yours(),
        yours(started=True),
    ]
    said = lines(queue.card([BUSY], mine, CATALOGUE, outlook(3.0)))
    assert f"🌿 [Ghibli]({card}): 3 pictures ahead, one of them yours · expected <t:{NOW + 20}:R>" in said
    assert f"🌿 Ghibli: being painted, expected <t:{NOW + 5}:R>" in said
    assert "🌿 Ghibli: on its way into the queue" in said
    assert "🌿 Ghibli: on its way to you" in said


async def test_many_of_ones_own_do_not_fill_the_card() -> None:
    said = lines(queue.card([BUSY], [yours()] * 20, CATALOGUE, outlook(3.0)))
    assert sum(line.startswith("🌿") for line in said) == 10
    assert "… and 10 more" in said


async def test_styles_that_take_as_long_stand_together_the_soonest_first() -> None:
    sooner, later = waits(128.0, 42.0)
    assert "about 45 seconds: Cyberpunk, Manga" in sooner
    assert "about 3 minutes: Ghibli" in later
    assert sooner.count("▰") < later.count("▰")


async def test_a_wait_that_is_not_promised_says_when_to_come_back_at_the_earliest() -> None:
    *_, last = waits(900.0, 840.0, 30.0, longest=780.0)
    assert f"please come back <t:{NOW + 60}:R> at the earliest: Ghibli, Cyberpunk" in last.replace(" and", ",")


async def test_where_no_wait_is_promised_all_are_told_when_to_come_back() -> None:
    assert waits(900.0, longest=780.0) == [f"Too many are waiting. Please come back <t:{NOW + 120}:R> at the earliest."]


@pytest.mark.parametrize(
    ("eta", "said"), [(3.0, "About 5 seconds"), (50.0, "About 1 minute"), (170.0, "About 3 minutes")]
)
async def test_where_all_styles_take_as_long_none_is_named(eta: float, said: str) -> None:
    assert waits(eta) == [f"{said}, in any style."]


async def test_styles_keep_their_order_however_their_waits_differ() -> None:
    assert waits(600.0, 4.0, 3.0, 5.0)[0] == waits(600.0, 3.0, 5.0, 4.0)[0]


async def test_several_pictures_of_one_request_are_one_row() -> None:
    card = "https://discord.com/channels/1/2/3"
    mine = [
        yours(count=4, where=Waiting(0, NOW + 20), ready_at=NOW + 20, card=card),
        yours(count=2, ready_at=NOW + 5, started=True),
    ]
    said = lines(queue.card([BUSY], mine, CATALOGUE, outlook(3.0)))
    assert f"🌿 [Ghibli \N{MULTIPLICATION SIGN}4]({card}): next in line · the last expected <t:{NOW + 20}:R>" in said
    assert f"🌿 Ghibli \N{MULTIPLICATION SIGN}2: being painted, the last expected <t:{NOW + 5}:R>" in said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("apart", [0.0, 5.0, 60.0])
async def test_discord_takes_the_card_with_sixty_long_names_and_ten_jobs(
    tmp_path: Path, language: str, apart: float
) -> None:
    had = list(many(tmp_path, 60).values())
    quotes = {style.id: Quote(0, 3.0 + number * apart) for number, style in enumerate(had)}
    card = "https://discord.com/channels/" + "/".join(["1" * 19] * 3)
    job = yours(label="m" * 32, where=Waiting(12, NOW, 3), ready_at=NOW, card=card)
    with speaking(language):
        said = lines(queue.card([BUSY] * 2, [job] * 11, had, Outlook(quotes=quotes, longest=780.0, now=NOW)))
    assert sum(card in line for line in said) == 10
