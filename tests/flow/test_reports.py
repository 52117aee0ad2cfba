"""Reports: from the button under a result to what moderators decide, in the log channel or without one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import ui

from bot.commands.curtain import turn
from bot.commands.services import Services
from bot.delivery.calls import DeliveryError, Trouble
from bot.delivery.exhibit import PostedExhibit, PressedExhibit
from bot.store import Act, NewReport
from bot.store.desk import Desk
from bot.values.records import Action, Complaint, Report, ReportState
from playground import Channel, EventKind, Member, Message, Permissions, Playground
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import (
    MODERATORS,
    NASTY,
    a_result,
    button,
    decide,
    everything_told,
    forged,
    job_of,
    labels,
    log_channel,
    logged,
    manager,
    nobody_was_pinged,
    now,
    report,
    shown,
    told,
)
from tests.flow.pressing import card_of
from tests.flow.stage import Stage, a_stage, the_bot
from tests.store.stage import block_of


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as ready:
        yield ready


@pytest.fixture
def ren(stage: Stage) -> Member:
    return stage.guild.member("Ren")


async def a_card(stage: Stage, log: Channel, reporter: Member, result: Message, complaint: str = "rules") -> Message:
    """The report as the log channel has it."""
    await report(stage, reporter, result, complaint)
    return await logged(stage, log, "Report")


async def test_a_report_goes_to_the_log_channel_and_the_reporter_is_told_that_it_is_seen(
    stage: Stage, ren: Member
) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    said = await report(stage, ren, result, "harmful", "look at *this*")
    assert said == "Thank you. Moderators will see your report."
    card = await logged(stage, log, "Report")
    for part in (
        ren.mention,
        stage.mika.mention,
        "harmful",
        str(result.id),
        "Ghibli",
        "It is shown",
    ):
        assert part in card.text
    assert r"“look at \*this\*”" in card.text
    assert labels(card) == ["Look", "Delete", "Block requester", "Dismiss"]
    assert nobody_was_pinged(stage, but=(result,))


async def test_without_a_log_channel_a_report_waits_for_moderators(stage: Stage, ren: Member) -> None:
    result, noor = await a_result(stage), await manager(stage)
    assert "Moderators will see" in await report(stage, ren, result)
    card = await told(noor, stage.channel, "audit reports")
    assert "1 open" in card.text
    assert ren.mention in card.text


async def test_a_log_channel_that_is_gone_keeps_no_report_from_moderators(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    log.delete()
    assert "Moderators will see" in await report(stage, ren, result)
    await everything_told(stage)
    stage.playground.violations.clear()  # it was tried
    assert ren.mention in (await told(noor, stage.channel, "audit reports")).text


async def test_a_log_channel_that_is_forbidden_keeps_no_report_from_moderators(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    log.overwrite_bot(deny=Permissions.VIEW_CHANNEL)
    assert "Moderators will see" in await report(stage, ren, result)
    await everything_told(stage)
    stage.playground.violations.clear()  # it was tried
    assert ren.mention in (await told(noor, stage.channel, "audit reports")).text


async def test_a_report_is_told_once_although_discord_lost_its_answer(stage: Stage, ren: Member) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    await logged(stage, log, "setting")
    stage.playground.faults.next("POST", f"channels/{log.id}/messages", disconnect=True, handled=True)
    await report(stage, ren, result)
    await everything_told(stage)
    assert [("Report" in one.text) for one in log.messages].count(True) == 1


async def test_it_shows_me_hides_the_picture_at_once(stage: Stage, ren: Member) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    said = await report(stage, ren, result, "shows_me")
    assert "hidden" in said
    hidden = now(stage, result)
    assert hidden.media == ()
    assert "was reported" in hidden.text
    assert [one.filename for one in hidden.attachments] == [one.filename for one in result.attachments]
    assert labels(hidden) == labels(result)
    assert "It is hidden" in (await logged(stage, log, "Report")).text


@pytest.mark.parametrize("handled", [True, False])
async def test_it_shows_me_is_taken_although_the_connection_was_cut(stage: Stage, ren: Member, handled: bool) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    opened = await ren.click(result, button(result, "Report"))
    await opened.response()
    stage.playground.faults.next("POST", "interactions/.*/callback", disconnect=True, handled=handled)
    said = await stage.whispered(await ren.submit(opened, {"complaint": ["shows_me"]}))
    stage.playground.violations.clear()  # what Discord had taken was sent again
    assert "is hidden" in said.text
    assert now(stage, result).media == ()
    assert ren.mention in (await logged(stage, log, "It is hidden")).text


async def test_it_shows_me_is_taken_even_if_discord_can_not_be_told_so(
    stage: Stage, ren: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    opened = await ren.click(result, button(result, "Report"))
    await opened.response()

    async def cut(*_: object, **__: object) -> None:
        raise DeliveryError(Trouble.UNREACHABLE)

    monkeypatch.setattr("bot.commands.report.call", cut)
    await ren.submit(opened, {"complaint": ["shows_me"]})
    await logged(stage, log, "It is hidden")
    assert now(stage, result).media == ()
    stage.playground.violations.clear()  # there was nothing to follow up


async def test_a_hidden_picture_is_not_painted_anew(stage: Stage, ren: Member) -> None:
    result = await a_result(stage)
    await report(stage, ren, result, "shows_me")
    place = stage.playground.channel(result.channel_id)
    refusal = await (await stage.mika.use_on_message(place, "Animify this", now(stage, result))).response()
    assert refusal.ephemeral
    assert await stage.used() == 1


@pytest.mark.parametrize("complaint", ["harmful", "rules", "other"])
async def test_other_reports_hide_nothing(stage: Stage, ren: Member, complaint: str) -> None:
    result = await a_result(stage)
    assert "hidden" not in await report(stage, ren, result, complaint)
    assert now(stage, result).media == result.media


async def test_dismiss_shows_the_picture_again_as_it_was(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result, "shows_me")
    said = await decide(stage, noor, card, "Dismiss")
    assert "is shown" in said.text
    again = now(stage, result)
    assert (again.media, again.text) == (result.media, result.text)
    assert f"{noor.mention} dismissed it" in now(stage, card).text
    assert labels(now(stage, card)) == []


async def test_a_picture_is_not_shown_while_somebody_else_objects_to_be_in_it(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result, "shows_me")
    assert "hidden" in await report(stage, stage.guild.member("Sora"), now(stage, result), "shows_me")
    since = len(stage.playground.events)
    assert "stays hidden" in (await decide(stage, noor, card, "Dismiss")).text
    later = [one.message for one in list(stage.playground.events)[since:] if one.message is not None]
    assert not any(one.media for one in later if one.id == result.id)


async def test_what_was_behind_a_click_is_so_again(stage: Stage, ren: Member) -> None:
    log, noor = await log_channel(stage), await manager(stage)
    result = await a_result(stage)
    await as_spoiler(stage, result)
    card = await a_card(stage, log, ren, result, "shows_me")
    await decide(stage, noor, card, "Dismiss")
    assert [one.spoiler for one in now(stage, result).media] == [True]


async def as_spoiler(stage: Stage, result: Message) -> None:
    """The result as a server's safety mode may have it shown."""
    channel = stage.client.get_partial_messageable(result.channel_id, guild_id=stage.guild.id)
    message = await channel.fetch_message(result.id)
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    for item in view.walk_children():
        if isinstance(item, ui.MediaGallery):
            item.items[0].spoiler = True
    await message.edit(view=view, attachments=message.attachments)


async def test_moderators_look_at_a_hidden_picture_behind_a_click(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result, "shows_me")
    look = await decide(stage, noor, card, "Look")
    [media] = look.media
    assert (media.spoiler, look.ephemeral) == (True, True)
    assert media.url.partition("?")[0] == result.attachments[0].url
    assert await stage.playground.download(media.url)


async def test_delete_takes_the_picture_and_closes_every_report_of_it(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result)
    await report(stage, stage.guild.member("Sora"), result)
    await decide(stage, noor, card, "Delete")
    assert stage.playground.latest(result) is None
    assert f"{noor.mention} deleted the picture" in now(stage, card).text
    assert await stage.store.reports.count(stage.guild.id) == 0
    await request_card(stage, noor)
    [deed] = [one for one in await stage.store.desk.audit(stage.guild.id) if one.action is Action.DELETE]
    assert (deed.actor_id, deed.target_id) == (noor.id, stage.mika.id)


async def request_card(stage: Stage, noor: Member) -> Message:
    """The request's card, once it says who deleted its picture."""
    card = next(one for one in stage.channel.messages if not one.ephemeral)
    return await shown(stage, card, lambda one: f"A moderator, {noor.mention}, deleted this picture" in one.text)


async def test_block_blocks_the_requester_with_the_reports_reason(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result, "harmful")
    said = await decide(stage, noor, card, "Block requester")
    assert "is blocked" in said.text
    assert labels(now(stage, card)) == ["Look", "Delete"]
    refusal = await (await stage.ask()).response()
    assert "harmful" in refusal.message.text
    await decide(stage, noor, card, "Delete")
    assert stage.playground.latest(result) is None


@pytest.mark.parametrize("permission", [Permissions.MANAGE_GUILD, Permissions.MODERATE_MEMBERS])
async def test_moderators_are_not_blocked_by_a_report(stage: Stage, ren: Member, permission: Permissions) -> None:
    log, noor = await log_channel(stage), await manager(stage)
    keeper = stage.guild.member("Keeper", permissions=permission)
    result = await a_result(stage, keeper)
    card = await a_card(stage, log, ren, result)
    assert "can't be blocked" in (await decide(stage, noor, card, "Block requester")).text
    assert await block_of(stage.store, stage.guild.id, keeper.id) is None
    assert "Dismiss" in labels(now(stage, card))


async def test_who_has_left_is_blocked_by_a_report(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result)
    stage.guild.kick(stage.mika)
    assert "is blocked" in (await decide(stage, noor, card, "Block requester")).text
    stage.playground.violations.clear()  # whether they are still here was asked
    assert await block_of(stage.store, stage.guild.id, stage.mika.id) is not None


@pytest.mark.parametrize("way", MODERATORS)
async def test_any_moderator_decides(stage: Stage, ren: Member, way: Callable[[Stage], Awaitable[Member]]) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await way(stage)
    card = await a_card(stage, log, ren, result)
    assert "dismissed" in (await decide(stage, noor, card, "Dismiss")).text


@pytest.mark.parametrize("label", ["Look", "Delete", "Block requester", "Dismiss"])
async def test_a_member_decides_nothing(stage: Stage, ren: Member, label: str) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    card = await a_card(stage, log, ren, result)
    assert "Only moderators" in (await decide(stage, ren, card, label)).text
    assert now(stage, card).text == card.text
    assert now(stage, result).media == result.media


async def test_who_is_no_moderator_any_more_decides_nothing(stage: Stage, ren: Member) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    role = stage.guild.role("Once", Permissions.MODERATE_MEMBERS)
    noor = stage.guild.member("Noor", roles=(role,))
    card = await a_card(stage, log, ren, result)
    stage.guild.take_role(noor, role)
    assert "Only moderators" in (await decide(stage, noor, card, "Delete")).text


@pytest.mark.parametrize(("one", "other"), [("Delete", "Delete"), ("Dismiss", "Dismiss"), ("Delete", "Dismiss")])
async def test_two_moderators_at_once_decide_once(stage: Stage, ren: Member, one: str, other: str) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    noor, sora = await manager(stage), stage.guild.member("Sora", permissions=Permissions.MANAGE_GUILD)
    card = await a_card(stage, log, ren, result, "shows_me")
    await asyncio.gather(decide(stage, noor, card, one), decide(stage, sora, card, other))
    deeds = [each.action for each in await stage.store.desk.audit(stage.guild.id)]
    decided = [each for each in deeds if each in (Action.DELETE, Action.REPORT_DISMISSED)]
    assert await stage.store.reports.count(stage.guild.id) == 0
    job, seen = await job_of(stage, result), now(stage, card)
    if "Delete" in (one, other):  # a picture that was shown again can still be deleted; one that is gone is gone
        assert decided in ([Action.DELETE], [Action.DELETE, Action.REPORT_DISMISSED])
        assert len(decided) == 1 or one != other
        assert job.deleted_at is not None
        assert stage.playground.latest(result) is None
        assert (labels(seen), "deleted" in seen.text) == ([], True)
    else:
        assert decided == [Action.REPORT_DISMISSED]
        assert (job.deleted_at, job.hidden_at) == (None, None)
        assert now(stage, result).media == result.media
        assert "dismissed it" in seen.text
        assert "Dismiss" not in labels(seen)
    stage.playground.violations.clear()  # both may have tried to delete the same message


async def test_what_is_decided_is_decided(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result)
    found = await stage.store.reports.undecided(stage.guild.id)
    await stage.store.desk.dismiss(Act(cause="elsewhere", guild_id=stage.guild.id, actor_id=noor.id), found[0].id)
    said = await decide(stage, noor, card, "Block requester")
    assert "decided already" in said.text
    assert f"{noor.mention} dismissed it" in now(stage, card).text


async def test_a_report_is_made_once_and_five_a_day(stage: Stage, ren: Member) -> None:
    result = await a_result(stage)
    await report(stage, ren, result)
    again = await (await ren.click(result, button(result, "Report"))).response()
    assert "before" in again.message.text
    job = await job_of(stage, result)
    for number in range(4):
        await reported_elsewhere(stage, ren, number)
    sora = stage.guild.member("Sora")
    other = await a_result(stage, sora)
    last = await (await ren.click(other, button(other, "Report"))).response()
    assert "5 pictures in 24 hours" in last.message.text
    assert job.hidden_at is None


async def reported_elsewhere(stage: Stage, who: Member, number: int) -> None:
    """A report of some other result."""
    someone = stage.guild.member(f"Someone {number}")
    result = await a_result(stage, someone)
    job = await job_of(stage, result)
    new = NewReport(job_id=job.id, reporter_id=who.id, complaint=Complaint.OTHER)
    assert isinstance(await stage.store.reports.file(new, most=5), Report)


async def test_in_an_archived_thread_a_report_hides_and_a_dismissal_shows(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    stage.playground.channel(result.channel_id).archive()
    card = await a_card(stage, log, ren, result, "shows_me")
    assert now(stage, result).media == ()
    stage.playground.channel(result.channel_id).archive()
    await decide(stage, noor, card, "Dismiss")
    assert now(stage, result).media == result.media


async def test_a_picture_on_the_requests_own_card_is_hidden_and_deleted_there(stage: Stage, ren: Member) -> None:
    log, noor = await log_channel(stage), await manager(stage)
    result = await a_result(stage, channel=stage.guild.voice_channel("talk"))
    card = await a_card(stage, log, ren, result, "shows_me")
    assert now(stage, result).media == ()
    await decide(stage, noor, card, "Delete")
    left = now(stage, result)
    assert f"A moderator, {noor.mention}, deleted this picture" in left.text
    assert (left.attachments, left.buttons) == ((), ())


async def test_a_direct_message_is_reported_to_the_operator_and_hidden(stage: Stage) -> None:
    result = await a_result(stage, channel=stage.playground.direct_message(stage.mika))
    said = await report(stage, stage.mika, result, "shows_me")
    assert said == "Thank you. The picture is hidden."
    hidden = now(stage, result)
    assert hidden.media == ()
    assert "moderator" not in hidden.text
    await everything_told(stage)
    [waiting] = await stage.store.reports.undecided(0)
    assert waiting.hidden


async def test_where_only_the_member_brought_the_bot_everyone_can_report(stage: Stage) -> None:
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    elsewhere.admit(stage.mika)
    channel, sora = elsewhere.text_channel("photos"), elsewhere.member("Sora")
    result = await a_result(stage, channel=channel)
    said = await report(stage, sora, result, "shows_me")
    assert said == "Thank you. The picture is hidden."
    assert now(stage, result).media == ()
    assert now(stage, result).attachments


async def test_forged_messages_in_another_server_reach_nothing(stage: Stage, ren: Member) -> None:
    result = await a_result(stage)
    await report(stage, ren, result, "shows_me")
    [found] = await stage.store.reports.undecided(stage.guild.id)
    elsewhere = stage.playground.guild("Elsewhere")
    mallory = elsewhere.member("Mallory", permissions=Permissions.ADMINISTRATOR)
    channel = elsewhere.text_channel("forge")
    message = await forge(stage, channel, forged(found.job_id, found.id))
    for one in message.buttons:
        said = await stage.whispered(await mallory.click(message, one.custom_id or ""))
        assert "no record" in said.text
    assert await stage.store.reports.undecided(stage.guild.id) == [found]
    assert now(stage, result).media == ()


async def forge(stage: Stage, channel: Channel, ids: dict[str, str]) -> Message:
    view = ui.LayoutView(timeout=None)
    buttons: list[ui.Button[ui.LayoutView]] = [ui.Button(label=name, custom_id=one) for name, one in ids.items()]
    for start in range(0, len(buttons), 5):
        view.add_item(ui.ActionRow(*buttons[start : start + 5]))
    view.stop()
    sent = await stage.client.get_partial_messageable(channel.id, guild_id=discord.utils.MISSING).send(view=view)
    return next(one for one in channel.messages if one.id == sent.id)


@pytest.mark.parametrize("words", [NASTY, "x" * 500, "\u202e\u0000\r\n" * 50, "@here " * 60])
async def test_whatever_a_reporter_writes_is_shown_as_text_and_calls_nobody(
    stage: Stage, ren: Member, words: str
) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    await report(stage, ren, result, "other", words)
    card = await logged(stage, log, "Report")
    assert nobody_was_pinged(stage, but=(result,))
    assert "\u202e" not in card.text
    assert "@everyone" not in card.text
    assert len(card.text) < 2500


async def test_as_many_words_as_the_form_takes_fit_the_card_and_ping_nobody(stage: Stage, ren: Member) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    await report(stage, ren, result, "other", "@everyone" * 55)
    assert len((await logged(stage, log, "Report")).text) < 2500
    assert nobody_was_pinged(stage, but=(result,))


async def test_a_report_is_decided_after_a_restart(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, mika, ren = guild.text_channel("photos"), guild.member("Mika"), guild.member("Ren")
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]) as client:
            first = a_stage_of(playground, client, guild, channel, mika)
            log, result = await log_channel(first), await a_result(first)
            opened = await ren.click(result, button(result, "Report"))
            await opened.response()
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]) as client:
            second = a_stage_of(playground, client, guild, channel, mika)
            sent = await ren.submit(opened, {"complaint": ["shows_me"]})
            assert "hidden" in (await second.whispered(sent)).text
            card = await logged(second, log, "Report")
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]) as client:
            third, noor = a_stage_of(playground, client, guild, channel, mika), guild.member("Noor", permissions=1 << 5)
            assert "dismissed" in (await decide(third, noor, card, "Dismiss")).text
            assert now(third, result).media == result.media
        assert playground.violations == []


def a_stage_of(playground: Playground, client: object, guild: object, channel: Channel, mika: Member) -> Stage:
    services = client.services  # type: ignore[attr-defined]  # the client of this run
    return Stage(playground, guild, channel, mika, client, services.store, services.journey._lane.dispatcher, None)  # type: ignore[arg-type]  # no queue is looked at


async def test_what_was_to_be_hidden_when_the_process_died_is_hidden_by_the_next(tmp_path: Path) -> None:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as stage:
        result, ren = await a_result(stage), stage.guild.member("Ren")
        log = await log_channel(stage)
        job = await job_of(stage, result)
        new = NewReport(job_id=job.id, reporter_id=ren.id, complaint=Complaint.SHOWS_ME)
        await stage.store.reports.file(new, most=5)
        await logged(stage, log, "It is hidden")
        assert now(stage, result).media == ()


async def test_a_picture_that_discord_does_not_let_us_hide_is_not_said_to_be_hidden(stage: Stage, ren: Member) -> None:
    result = await a_result(stage)
    stage.playground.faults.next("PATCH", "messages/@original", status=403)
    log = await log_channel(stage)
    said = await report(stage, ren, result, "shows_me")
    assert "would not let me hide" in said
    assert "Moderators will see" in said
    assert (await job_of(stage, result)).hidden_at is None
    assert "would not let me hide it" in (await logged(stage, log, "Report")).text
    await stage.client._herald.hide()
    assert now(stage, result).media == result.media


def fails_at_the_message(monkeypatch: pytest.MonkeyPatch, exhibit: type, trouble: Trouble) -> None:
    """Discord does not change messages by this way."""

    async def change(*_: object) -> None:
        raise DeliveryError(trouble)

    monkeypatch.setattr(exhibit, "change", change)


async def test_a_picture_is_hidden_as_soon_as_discord_answers(
    stage: Stage, ren: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, result = await log_channel(stage), await a_result(stage)
    with monkeypatch.context() as outage:
        for exhibit in (PressedExhibit, PostedExhibit):
            fails_at_the_message(outage, exhibit, Trouble.UNREACHABLE)
        assert "as soon as" in await report(stage, ren, result, "shows_me")
        card = await logged(stage, log, "Report")
        assert "It is to be hidden" in card.text
        await stage.client._herald.hide()
        assert now(stage, result).media == result.media
    await stage.client._herald.hide()
    assert now(stage, result).media == ()
    noor = await manager(stage)
    assert "is shown" in (await decide(stage, noor, card, "Dismiss")).text
    assert now(stage, result).media == result.media


async def test_a_picture_that_only_the_reporters_click_reaches_is_not_promised_to_be_hidden(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    elsewhere.admit(stage.mika)
    result = await a_result(stage, channel=elsewhere.text_channel("photos"))
    fails_at_the_message(monkeypatch, PressedExhibit, Trouble.UNREACHABLE)
    assert "would not let me hide" in await report(stage, elsewhere.member("Sora"), result, "shows_me")
    assert await stage.store.reports.unsettled() == []


async def test_what_the_member_alone_sees_is_reported_to_nobody(stage: Stage) -> None:
    result = await card_of(stage, await stage.ask(private=True))
    assert "Delete" in labels(result)
    assert "Report" not in labels(result)


async def test_nobody_else_hides_a_picture_that_its_reporter_is_about_to_hear_is_shown(
    stage: Stage, ren: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, trying, over = await a_result(stage), asyncio.Event(), asyncio.Event()

    async def change(*_: object) -> None:
        trying.set()
        await over.wait()
        raise DeliveryError(Trouble.FORBIDDEN)

    monkeypatch.setattr(PressedExhibit, "change", change)
    said = asyncio.create_task(report(stage, ren, result, "shows_me"))
    await trying.wait()
    await stage.client._herald.tell()
    hiding = asyncio.create_task(stage.client._herald.hide())
    over.set()
    await hiding
    assert "would not let me hide" in await said
    await everything_told(stage)
    assert (now(stage, result).media, (await job_of(stage, result)).hidden_at) == (result.media, None)


async def test_a_report_hides_what_was_still_hidden_when_it_was_sent(
    stage: Stage, ren: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card, sora = await a_card(stage, log, ren, result, "shows_me"), stage.guild.member("Sora")
    opened = await sora.click(now(stage, result), button(result, "Report"))
    await opened.response()
    sent, dismissed = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def late(services: Services, job_id: str) -> AsyncIterator[None]:
        sent.set()
        await dismissed.wait()
        async with turn(services, job_id):
            yield

    monkeypatch.setattr("bot.commands.report.turn", late)
    report = await sora.submit(opened, {"complaint": ["shows_me"]})
    await sent.wait()
    await decide(stage, noor, card, "Dismiss")
    assert now(stage, result).media == result.media
    dismissed.set()
    assert "is hidden" in (await stage.whispered(report)).text
    assert now(stage, result).media == ()


async def test_the_last_of_two_dismissals_at_once_shows_the_picture(
    stage: Stage, ren: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    cards = [await a_card(stage, log, ren, result, "shows_me")]
    await report(stage, stage.guild.member("Sora"), now(stage, result), "shows_me")
    cards.append(await logged(stage, log, "Report 2"))
    both, dismiss = asyncio.Barrier(2), Desk.dismiss

    async def together(self: Desk, act: Act, report_id: int) -> Report | None:
        with suppress(TimeoutError, asyncio.BrokenBarrierError):  # the other one must not come so far meanwhile
            async with asyncio.timeout(0.3):
                await both.wait()
        return await dismiss(self, act, report_id)

    monkeypatch.setattr(Desk, "dismiss", together)
    said = await asyncio.gather(*(decide(stage, noor, card, "Dismiss") for card in cards))
    assert sorted("stays hidden" in one.text for one in said) == [False, True]
    assert (now(stage, result).media, (await job_of(stage, result)).hidden_at) == (result.media, None)
    assert await stage.store.reports.unsettled() == []


async def test_a_picture_that_may_have_been_shown_by_a_lost_answer_is_hidden_again(
    stage: Stage, ren: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result, "shows_me")
    change = PostedExhibit.change

    async def lost(*args: Any) -> None:
        await change(*args)
        raise DeliveryError(Trouble.UNREACHABLE)

    with monkeypatch.context() as outage:
        outage.setattr(PostedExhibit, "change", lost)
        assert "would not let me show" in (await decide(stage, noor, card, "Dismiss")).text
        assert now(stage, result).media == result.media
    await stage.client._herald.hide()
    assert now(stage, result).media == ()


async def test_what_is_deleted_meanwhile_is_not_said_to_be_shown(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result, "shows_me")
    await decide(stage, noor, card, "Block requester")
    stale = now(stage, card)
    assert "Dismiss" in labels(stale)
    await stage.whispered(await stage.mika.click(now(stage, result), button(result, "Delete")))
    said = await decide(stage, noor, stale, "Dismiss")
    assert "The picture is deleted" in said.text
    assert "shown" not in said.text
    assert labels(now(stage, card)) == []
    assert str(result.id) not in now(stage, card).text
    deeds = [one.action for one in await stage.store.desk.audit(stage.guild.id)]
    assert Action.REPORT_DISMISSED not in deeds


async def test_who_hides_a_picture_that_is_being_deleted_does_not_bring_it_back(
    stage: Stage, ren: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    result, noor = await a_result(stage, channel=stage.guild.voice_channel("talk")), await manager(stage)
    new = NewReport(job_id=(await job_of(stage, result)).id, reporter_id=ren.id, complaint=Complaint.SHOWS_ME)
    assert isinstance(await stage.store.reports.file(new, most=5), Report)
    seen, gone, message = asyncio.Event(), asyncio.Event(), PostedExhibit.message

    async def slow(self: PostedExhibit) -> discord.Message:
        found = await message(self)
        seen.set()
        with suppress(TimeoutError):  # the deletion must not come in between
            async with asyncio.timeout(0.3):
                await gone.wait()
        return found

    monkeypatch.setattr(PostedExhibit, "message", slow)
    hiding = asyncio.create_task(stage.client._herald.hide())
    await seen.wait()
    await stage.whispered(await noor.click(result, button(result, "Delete")))
    gone.set()
    await hiding
    left = now(stage, result)
    assert (left.attachments, left.buttons) == ((), ())


async def test_a_picture_that_cannot_be_shown_again_is_still_reported(stage: Stage, ren: Member) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    card = await a_card(stage, log, ren, result, "shows_me")
    stage.playground.faults.next("PATCH", f"messages/{result.id}", status=403)
    assert "nothing is changed" in (await decide(stage, noor, card, "Dismiss")).text
    [found] = await stage.store.reports.undecided(stage.guild.id)
    assert (found.state, found.hidden) == (ReportState.OPEN, True)
    assert await stage.store.reports.unsettled() == []
    assert "is shown" in (await decide(stage, noor, card, "Dismiss")).text


async def test_open_reports_are_turned_over_and_decided_without_a_log_channel(stage: Stage, ren: Member) -> None:
    noor = await manager(stage)
    results = [await a_result(stage, stage.guild.member(f"M{number}")) for number in range(3)]
    for result in results:
        await report(stage, ren, result)
    page = await told(noor, stage.channel, "audit reports")
    assert "3 open" in page.text
    for _ in range(2):
        await (await noor.click(page, button(now(stage, page), "Older"))).response()
    assert str(results[0].id) in now(stage, page).text
    said = await decide(stage, noor, now(stage, page), "Delete")
    assert "deleted" in said.text
    assert "2 open" in now(stage, page).text
    await (await noor.click(page, button(now(stage, page), "Newer"))).response()
    assert str(results[1].id) in now(stage, page).text


async def test_when_no_report_is_open_that_is_said(stage: Stage) -> None:
    noor = await manager(stage)
    assert "No report is open" in (await told(noor, stage.channel, "audit reports")).text


async def test_nobody_reports_what_is_deleted(stage: Stage, ren: Member) -> None:
    result = await a_result(stage)
    opened = await ren.click(result, button(result, "Report"))
    await opened.response()
    await stage.whispered(await stage.mika.click(result, button(result, "Delete")))
    sent = await ren.submit(opened, {"complaint": ["shows_me"]})
    refusal = await stage.playground.wait_for(
        lambda event: event.kind in (EventKind.MESSAGE_CREATED, EventKind.INTERACTION_FAILED), about=sent.id
    )
    stage.playground.violations.clear()  # what a form's own message was is gone
    assert refusal.message is not None
    assert "no record" in refusal.message.text
