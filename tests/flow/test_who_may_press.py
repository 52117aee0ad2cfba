"""Who may press what: the table, a test a cell, over the cards' own buttons."""

import io
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import discord
import pytest
import pytest_asyncio
from discord import ui

from bot.policy import PRESSES
from bot.store import Act, NewJob, NewRequest
from bot.ui import captions, cards, compare, custom_ids, presses, words
from bot.ui.compare import Comparison, Form
from bot.ui.status import Choice, Order, Shown, Waiting
from bot.values.buttons import Action
from bot.values.rules import Place
from engine.contract import Medium
from playground import AnswerKind, Channel, EventKind, Guild, Interaction, Member, Message, Permissions, Role
from playground.layout import walk
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import a_result, job_of
from tests.flow.pressing import press, settled, told
from tests.flow.stage import Stage, a_photo, a_stage

EVERYBODYS = {Action.SAME, Action.REPORT}
MAY = {
    "the requester": set(Action),
    "another member": EVERYBODYS,
    "whose picture it was": EVERYBODYS | {Action.DELETE},
    "a moderator by permission": EVERYBODYS | {Action.DELETE},
    "a moderator by role": EVERYBODYS | {Action.DELETE},
    "an administrator elsewhere": set(),
    "the requester elsewhere": set(),
}
"""Elsewhere: on a message of ours in another server that names the same job, as a forger would want it."""

SEEN = {EventKind.MESSAGE_CREATED, EventKind.MESSAGE_EDITED, EventKind.MESSAGE_DELETED}
NO = {str(phrase()) for phrase in (presses.NOT_YOURS, words.NOT_YOURS_TO_DELETE, words.JOB_FORGOTTEN)}


@dataclass(frozen=True, slots=True)
class Theatre:
    """A stage for all cells: another server, the role of moderators, and the link of a photo."""

    stage: Stage
    elsewhere: Guild
    keepers: Role
    photo: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def theatre(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Theatre]:
    database = tmp_path_factory.mktemp("who") / "animify.db"
    async with a_stage(database, daily_limit=30, runners=[FakeRunner()]) as stage:
        keepers = stage.guild.role("Keepers")
        act = Act(cause="role", guild_id=stage.guild.id, actor_id=None)
        await stage.store.desk.change_guild(act, moderator_roles=frozenset({keepers.id}))
        elsewhere = stage.playground.guild("Elsewhere")
        asked = await stage.ask()
        await stage.result_of(asked)
        yield Theatre(stage, elsewhere, keepers, asked.attachments[0].url)
        await settled(stage)
        stage.playground.violations.clear()


def people(theatre: Theatre, who: str, requester: Member, owner: Member) -> Member:
    match who:
        case "the requester":
            return requester
        case "whose picture it was":
            return owner
        case "a moderator by permission":
            return theatre.stage.guild.member("Sora", permissions=Permissions.MODERATE_MEMBERS)
        case "a moderator by role":
            return theatre.stage.guild.member("Sora", roles=(theatre.keepers,))
        case "an administrator elsewhere":
            return theatre.elsewhere.member("Mallory", permissions=Permissions.ADMINISTRATOR)
        case "the requester elsewhere":
            theatre.elsewhere.admit(requester)
            return requester
        case _:
            return theatre.stage.guild.member("Sora")


def test_the_table_is_whole() -> None:
    assert set(PRESSES) == set(Action)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("who", list(MAY))
@pytest.mark.parametrize("action", list(Action))
async def test_it_is_answered_or_refused(theatre: Theatre, action: Action, who: str) -> None:
    requester, owner = theatre.stage.guild.member("Mika"), theatre.stage.guild.member("Noor")
    server = theatre.elsewhere if "elsewhere" in who else theatre.stage.guild
    message = await a_message(theatre, action, server.text_channel("photos"), requester, owner)
    before = len(theatre.stage.playground.events)
    pressed = await use(people(theatre, who, requester, owner), message, action)
    assert await answered(theatre.stage, pressed, message, since=before) is (action in MAY[who])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("action", sorted(EVERYBODYS | {Action.DELETE}))
async def test_of_what_is_private_nobody_else_gets_anything_by_a_message_that_names_it(
    theatre: Theatre, action: Action
) -> None:
    guild = theatre.stage.guild
    requester, owner = guild.member("Mika"), guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)
    message = await a_message(theatre, action, guild.text_channel("photos"), requester, owner, private=True)
    assert await told(theatre.stage, await use(owner, message, action)) == words.JOB_FORGOTTEN()


async def a_message(
    theatre: Theatre, action: Action, place: Channel, requester: Member, owner: Member, *, private: bool = False
) -> Message:
    """The card with this button, of a request for two pictures of somebody's photo."""
    stage = theatre.stage
    job = NewJob(owner_id=owner.id, strength=0.5, seed=7, photo_url=theatre.photo, url_expires_at=2_000_000_000)
    request = NewRequest(
        interaction_id=discord.utils.time_snowflake(discord.utils.utcnow()) + requester.id % 1000,
        place=Place(guild_id=stage.guild.id, server_id=stage.guild.id, channel_id=stage.channel.id),
        user_id=requester.id,
        style="ghibli",
        private=private,
        token="not used",
        jobs=(job, job),
    )
    receipt = await stage.store.submit(request, judge=lambda *_: None, in_flight_limit=1)
    view = card_with(action, receipt.job_ids[0], requester.id)
    sent = await stage.client.get_partial_messageable(place.id).send(view=view, files=list(files(view)))
    for job_id in receipt.job_ids:
        await stage.store.start(job_id, judge=lambda _: None)
        await stage.store.deliver(job_id, channel_id=place.id, message_id=sent.id)
    return next(one for one in place.messages if one.id == sent.id)


def card_with(action: Action, job_id: str, user_id: int) -> ui.LayoutView:
    """The first of our cards that has such a button."""
    menu = (Choice("manga", "Manga", "🖋️"),)
    order = Order(job_id=job_id, user_id=user_id, style="Ghibli", emoji="🌿", menu=menu, long_wait=True)
    comparison = Comparison(job_id=job_id, picture=a_picture(0).filename, style="Ghibli", spoiler=False)
    every_card = (
        cards.request(order, (Waiting(0, 0),)),
        cards.failed(order, words.ENGINE_FAILED, retry=1),
        cards.single(order, a_picture(0), None, keep=True),
        cards.result(order, (a_picture(0), a_picture(1))),
        compare.card(comparison, Form.SIDES, may_post=True),
        compare.card(comparison, Form.WIPE, may_post=True),
    )
    mine = custom_ids.write(action, job_id)
    return next(card for card in every_card if mine in (getattr(one, "custom_id", "") for one in card.walk_children()))


def a_picture(position: int) -> Shown:
    return Shown(
        position=position,
        filename=f"animify-ghibli-{position + 1}.jpg",
        engine="fake",
        medium=Medium.FILTER,
        seed=7,
        strength=0.5,
        seconds=1.0,
    )


def files(view: ui.LayoutView) -> Iterator[discord.File]:
    for item in view.walk_children():
        for one in item.items if isinstance(item, ui.MediaGallery) else ():
            yield discord.File(io.BytesIO(a_photo()), one.media.url.removeprefix("attachment://"))


async def use(who: Member, message: Message, action: Action) -> Interaction:
    """Press the button, or choose the select's first option."""
    (found,) = [one for one in walk(message.components) if f":{action}:" in one.get("custom_id", "")]
    if options := found.get("options"):
        return await who.select(message, found["custom_id"], [options[0]["value"]])
    return await who.click(message, found["custom_id"])


async def answered(stage: Stage, pressed: Interaction, message: Message, *, since: int) -> bool:
    """Whether something comes of it, or becomes of the message, other than a sentence that refuses it."""
    if (await pressed.response()).type is AnswerKind.MODAL:
        return True
    event = await stage.playground.wait_for(
        lambda event: (
            bool(event.about & {pressed.id, message.id})
            and event.kind in SEEN
            and event.message is not None
            and bool(event.message.text)
        ),
        since=since,
    )
    assert event.message is not None
    return event.message.text not in NO


PERMISSIONS = {
    "who manages the server": (Permissions.MANAGE_GUILD, True),
    "who moderates members": (Permissions.MODERATE_MEMBERS, True),
    "an administrator": (Permissions.ADMINISTRATOR, True),
    "who manages messages": (Permissions.MANAGE_MESSAGES, False),  # Discord lets these delete it without us
    "who manages channels": (Permissions.MANAGE_CHANNELS, False),
    "who manages threads": (Permissions.MANAGE_THREADS, False),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("who", list(PERMISSIONS))
async def test_delete_is_for(theatre: Theatre, who: str) -> None:
    (stage, (permissions, allowed)) = theatre.stage, PERMISSIONS[who]
    result = await a_result(stage, stage.guild.member("Mika"), stage.guild.text_channel("photos"))
    said = await told(stage, await press(stage, result, "Delete", stage.guild.member("Sora", permissions=permissions)))
    assert ("deleted" in said, stage.playground.latest(result) is None) == (allowed, allowed)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_requester_of_a_direct_message_deletes_its_result(theatre: Theatre) -> None:
    stage = theatre.stage
    result = await a_result(stage, channel=stage.playground.direct_message(stage.mika))
    assert "deleted" in await told(stage, await press(stage, result, "Delete"))
    assert stage.playground.latest(result) is None


@pytest.mark.asyncio(loop_scope="module")
async def test_a_deletion_that_discord_refused_can_be_tried_again(theatre: Theatre) -> None:
    stage = theatre.stage
    result = await a_result(stage, channel=stage.guild.text_channel("photos"))
    stage.playground.faults.next("DELETE", "messages/@original", status=404)
    await told(stage, await press(stage, result, "Delete"))
    assert "deleted" in await told(stage, await press(stage, result, "Delete"))
    assert stage.playground.latest(result) is None


@pytest.mark.asyncio(loop_scope="module")
async def test_the_button_under_the_price_of_cancelling_is_the_requesters_alone(theatre: Theatre) -> None:
    stage, ren = theatre.stage, theatre.stage.guild.member("Ren")
    result = await a_result(stage, ren, channel := stage.guild.text_channel("photos"))
    job = await job_of(stage, result)
    sent = await stage.client.get_partial_messageable(channel.id).send(view=cards.cancel_question(job.id, 1))
    question = next(one for one in channel.messages if one.id == sent.id)
    for who, said in ((stage.guild.member("Sora"), presses.NOT_YOURS()), (ren, presses.OVER())):
        assert await told(stage, await press(stage, question, captions.CANCEL_ANYWAY(), who)) == said
