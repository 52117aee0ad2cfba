"""How members find a style: the gallery with its previews, suggestions as they type, and what is said of none."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PIL import Image

import styles
from bot.store import Act
from bot.ui import custom_ids, forms, gallery
from playground import AnswerKind, Channel, Message, Playground, Upload
from playground.layout import walk
from tests.engine.fakes import SAFE, FakeChecker, FakeRunner
from tests.flow.pressing import Runs
from tests.flow.stage import Stage, a_photo, a_stage, the_bot
from tests.styles.many import many


@asynccontextmanager
async def with_own(tmp_path: Path, count: int, *, adults: bool = False) -> AsyncIterator[Stage]:
    """A stage whose operator has so many styles, each with a picture beside it, and a classifier."""
    own = tmp_path / "styles"
    own.mkdir()
    ghibli = styles.preview("ghibli")
    assert ghibli is not None
    for style_id in list(many(own, count, adults=adults))[-count:]:
        (own / f"{style_id}.webp").write_bytes(ghibli)
    async with a_stage(
        tmp_path / "animify.db", runners=[FakeRunner()], styles=own, checker=FakeChecker(*[SAFE] * 9)
    ) as stage:
        yield stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as ready:
        yield ready


async def opened(stage: Stage, channel: Channel | None = None) -> Message:
    response = await (await stage.mika.slash(channel or stage.channel, "styles")).response()
    assert response.ephemeral
    return response.message


async def turned(stage: Stage, card: Message, *, forward: bool) -> Message:
    """The same message, one page on or back."""
    arrow = "next" if forward else "back"
    button = next(one for one in card.buttons if f":styles:{arrow}:" in (one.custom_id or ""))
    response = await (await stage.mika.click(card, button.custom_id or "")).response()
    assert response.type is AnswerKind.UPDATE
    assert response.message.id == card.id
    return response.message


def offered(card: Message) -> list[str]:
    """The styles that can be chosen on a page."""
    [select] = [one for one in walk(card.components) if one.get("custom_id") == custom_ids.USE_STYLE]
    return [option["value"] for option in select["options"]]


async def suggested(stage: Stage, typed: str = "", channel: Channel | None = None) -> list[object]:
    """What is suggested once memory knows what there is to know."""
    where = channel or stage.channel
    await stage.mika.autocomplete(where, "animify", focused="style", value=typed)
    await stage.client.services.shelf.known()
    choices = await stage.mika.autocomplete(where, "animify", focused="style", value=typed)
    return [choice.value for choice in choices]


async def switch_off(stage: Stage, *ids: str) -> None:
    act = Act(cause="test", guild_id=stage.guild.id, actor_id=1)
    await stage.store.desk.change_guild(act, styles_off=frozenset(ids))


async def test_every_style_is_shown_with_a_preview_that_can_be_looked_at(stage: Stage) -> None:
    card = await opened(stage)
    assert offered(card) == list(styles.load())
    assert len(card.media) == len(card.attachments) == 8
    for media, file in zip(card.media, card.attachments, strict=True):
        assert media.url == file.url
        assert "example" in (media.description or "")
        assert Image.open(io.BytesIO(await stage.playground.download(file))).size == (320, 320)


async def test_a_style_of_the_gallery_is_used_for_a_photo(stage: Stage) -> None:
    await stage.store.stated(stage.mika.id)
    opening = await stage.mika.select(await opened(stage), custom_ids.USE_STYLE, ["shoujo"])
    assert (await opening.response()).type is AnswerKind.MODAL
    sent = await stage.mika.submit(opening, {forms.PHOTOS: [Upload("me.jpg", a_photo(), "image/jpeg")]})
    assert "Shoujo" in (await stage.result_of(sent)).text


async def test_sixty_styles_of_an_operator_are_leafed_through_forward_and_back(tmp_path: Path) -> None:
    async with with_own(tmp_path, 60) as stage:
        card = await opened(stage)
        seen = offered(card)
        for _ in range(8):
            card = await turned(stage, card, forward=True)
            assert len(card.attachments) == len(offered(card)) <= gallery.PER_PAGE
            seen += offered(card)
        assert seen == list(stage.client.services.catalogue)
        assert offered(await turned(stage, card, forward=False)) == seen[56:64]


async def test_a_page_is_turned_after_a_restart(tmp_path: Path) -> None:
    own = tmp_path / "styles"
    own.mkdir()
    many(own, 2)  # and these are painted
    async with Playground(identify_interval=0) as playground:
        mika = playground.stranger("Mika")
        channel = playground.direct_message(mika)
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()], styles=own):
            card = (await (await mika.slash(channel, "styles")).response()).message
        playground.connected.clear()
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()], styles=own):
            await mika.click(card, custom_ids.gallery(1, forward=True))
            event = await playground.wait_for(
                lambda event: event.message is not None and "Own 00" in event.message.text, about=card.id
            )
            assert event.message is not None
            assert [file.filename for file in event.message.attachments] == ["own_00.webp", "own_01.webp"]
        assert playground.violations == []


async def test_what_can_not_be_had_in_a_place_is_neither_shown_nor_suggested_there(tmp_path: Path) -> None:
    async with with_own(tmp_path, 1, adults=True) as stage:
        await switch_off(stage, "manga")
        adults = stage.guild.text_channel("adults", nsfw=True)
        for channel, expected in ((stage.channel, False), (adults, True)):
            shown, named = offered(await opened(stage, channel)), await suggested(stage, channel=channel)
            assert set(shown) == set(named)
            assert "manga" not in shown
            assert ("own_00" in shown) is expected


async def test_the_style_that_was_used_last_is_suggested_first(stage: Stage) -> None:
    await stage.result_of(await stage.ask(style="ukiyoe"))
    assert (await suggested(stage))[:2] == ["ukiyoe", "ghibli"]
    assert await suggested(stage, "wood") == ["ukiyoe"]
    assert (await suggested(stage, "g"))[0] == "ghibli"


async def test_after_a_restart_the_first_suggestions_are_right(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as world:
        runs = Runs(world, tmp_path / "animify.db")
        async with runs.run() as stage:
            await stage.result_of(await stage.ask(style="ukiyoe"))
            await switch_off(stage, "manga")
        async with runs.run() as stage:
            choices = await stage.mika.autocomplete(stage.channel, "animify", focused="style", value="")
            named = [choice.value for choice in choices]
    assert named[0] == "ukiyoe"
    assert "manga" not in named


async def test_a_german_reader_finds_styles_by_their_german_names_and_moods(stage: Stage) -> None:
    stage.mika.set_locale("de")
    assert await suggested(stage, "aquarell") == ["watercolor"]
    assert (await suggested(stage, "vertraumt"))[0] == "ghibli"
    assert (await suggested(stage, "watercolor"))[0] == "watercolor"
    assert "Aquarell" in (await opened(stage)).text


async def test_of_sixty_styles_any_is_suggested_and_never_more_than_there_is_room_for(tmp_path: Path) -> None:
    async with with_own(tmp_path, 60) as stage:
        assert len(await suggested(stage)) == 25
        for style in stage.client.services.catalogue.values():
            assert (await suggested(stage, style.label))[0] == style.id
            assert style.id in await suggested(stage, style.moods[0])


async def test_suggestions_wait_for_nobody_even_where_the_database_is_stuck(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_id: int) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(stage.store.desk, "guild", never)
    monkeypatch.setattr(stage.client.services.shelf._last, "_read", never)
    choices = await stage.mika.autocomplete(stage.channel, "animify", focused="style", value="neon")
    assert [choice.value for choice in choices] == ["cyberpunk"]


async def test_a_style_that_there_is_not_is_refused_with_the_closest_ones(stage: Stage) -> None:
    response = await (await stage.ask(style="gibli")).response()
    assert response.ephemeral
    assert "no style “gibli”" in response.message.text
    assert "Ghibli" in response.message.text
    assert "/styles" in response.message.text
    assert await stage.used() == 0
