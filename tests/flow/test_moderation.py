"""Blocks, deletions by message, and purges: who may, whom it meets, and what is said in the place."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.commands.purge import BATCH, PAUSE, Fate, Tally, carry_out
from bot.delivery.exhibit import PostedExhibit
from bot.store import Filter
from bot.values.records import Action, Entry
from engine.dispatcher import Moment
from playground import EventKind, Member, Message, Permissions
from tests.engine.fakes import Act, FakeRunner
from tests.flow.moderating import (
    MODERATORS,
    NASTY,
    a_result,
    answer,
    button,
    decide,
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
from tests.flow.stage import Stage, a_stage
from tests.store.stage import block_of

Way = Callable[[Stage], Awaitable[Member]]
HOUR = 3600


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as ready:
        yield ready


@pytest.mark.parametrize("way", MODERATORS)
async def test_any_moderator_blocks_and_unblocks(stage: Stage, way: Way) -> None:
    noor = await way(stage)
    said = await told(noor, stage.channel, "block", member=stage.mika, reason="too many", expires="12h")
    assert f"{stage.mika.mention} is blocked" in said.text
    assert "until <t:" in said.text
    refusal = await answer(await stage.ask())
    assert refusal.ephemeral
    assert "until <t:" in refusal.text
    assert "“too many”" in refusal.text
    assert "not blocked any more" in (await told(noor, stage.channel, "unblock", member=stage.mika)).text
    await a_result(stage)


@pytest.mark.parametrize("command", ["block", "unblock", "purge"])
async def test_members_keep_no_order(stage: Stage, command: str) -> None:
    sora = stage.guild.member("Sora", permissions=Permissions.MANAGE_MESSAGES)
    assert "Only moderators" in (await told(sora, stage.channel, command, member=stage.mika)).text
    assert await stage.store.desk.audit(stage.guild.id) == []


@pytest.mark.parametrize("command", ["block", "unblock", "purge", "audit show", "audit reports"])
async def test_order_is_kept_in_servers_only(stage: Stage, command: str) -> None:
    options = {} if command.startswith("audit") else {"member": stage.mika}
    with pytest.raises(LookupError, match="not offered"):
        await stage.mika.slash(stage.playground.direct_message(stage.mika), command, **options)
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    with pytest.raises(LookupError, match="not for use without the bot"):
        await elsewhere.owner.slash(elsewhere.text_channel("photos"), command, **options)


@pytest.mark.parametrize("way", MODERATORS)
async def test_moderators_are_not_blocked(stage: Stage, way: Way) -> None:
    keeper = await way(stage)
    noor = stage.guild.member("Other", permissions=Permissions.MANAGE_GUILD)
    assert "can't be blocked" in (await told(noor, stage.channel, "block", member=keeper)).text
    assert await block_of(stage.store, stage.guild.id, keeper.id) is None


async def test_neither_oneself_nor_the_bot_nor_the_owner_is_blocked(stage: Stage) -> None:
    noor = await manager(stage)
    assert "yourself" in (await told(noor, stage.channel, "block", member=noor)).text
    bot = stage.playground._backend.world.bot
    assert "block me" in (await told(noor, stage.channel, "block", member=bot)).text
    assert "can't be blocked" in (await told(noor, stage.channel, "block", member=stage.guild.owner)).text


async def test_people_who_have_left_are_blocked_too(stage: Stage) -> None:
    noor = await manager(stage)
    stage.guild.kick(stage.mika)
    assert "is blocked" in (await told(noor, stage.channel, "block", member=stage.mika)).text
    stage.guild.admit(stage.mika)
    assert "blocked you" in (await answer(await stage.ask())).text


async def test_blocking_again_changes_the_block(stage: Stage) -> None:
    noor = await manager(stage)
    await told(noor, stage.channel, "block", member=stage.mika, reason="one", expires="1h")
    await told(noor, stage.channel, "block", member=stage.mika, reason="two")
    block = await block_of(stage.store, stage.guild.id, stage.mika.id)
    assert block is not None
    assert (block.reason, block.expires_at) == ("two", None)


async def test_a_block_cancels_what_waits_refunded_and_said(tmp_path: Path) -> None:
    runner = FakeRunner(Act.STALL)
    async with a_stage(tmp_path / "animify.db", runners=[runner]) as stage:
        noor = await manager(stage)
        for name in ("Ren", "Sora", "Kai"):  # so many that what follows is not yet near its turn
            await answer(await stage.ask(stage.guild.member(name)))
        await stage.queue.until(Moment.GRANTED)
        waiting = await stage.ask()
        await answer(waiting)
        said = await told(noor, stage.channel, "block", member=stage.mika)
        assert "1 picture that was waiting" in said.text
        await stage.playground.wait_for(
            lambda event: event.message is not None and "did not count" in event.message.text, about=waiting.id
        )
        assert await stage.used() == 0
        runner.gate.release()


async def test_a_block_covers_what_only_the_member_brought_there(stage: Stage) -> None:
    """The block was made while the bot was in the server; then it was removed, and the member brings it along."""
    noor = await manager(stage)
    await told(noor, stage.channel, "block", member=stage.mika)
    stage.guild.remove_bot()
    refusal = await answer(await stage.ask())
    assert "blocked you" in refusal.text


async def delete_by_menu(stage: Stage, who: Member, result: Message) -> str:
    place = stage.playground.channel(result.channel_id)
    return (await answer(await who.use_on_message(place, "Delete picture", result))).text


@pytest.mark.parametrize("way", MODERATORS)
async def test_any_moderator_deletes_by_message_and_the_card_says_who(stage: Stage, way: Way) -> None:
    result, noor = await a_result(stage), await way(stage)
    assert "deleted" in await delete_by_menu(stage, noor, result)
    assert stage.playground.latest(result) is None
    card = next(one for one in stage.channel.messages if not one.ephemeral)
    await shown(stage, card, lambda one: f"A moderator, {noor.mention}, deleted this picture" in one.text)
    deed = (await stage.store.desk.audit(stage.guild.id))[0]
    job = await job_of(stage, result)
    assert (deed.action, deed.actor_id, deed.target_id, deed.object) == (
        Action.DELETE,
        noor.id,
        stage.mika.id,
        job.id,
    )
    assert nobody_was_pinged(stage)


async def test_the_requester_deletes_by_message_and_that_is_nobodys_business(stage: Stage) -> None:
    result = await a_result(stage)
    assert "deleted" in await delete_by_menu(stage, stage.mika, result)
    assert stage.playground.latest(result) is None
    assert await stage.store.desk.audit(stage.guild.id) == []


async def test_another_member_deletes_nothing_by_message(stage: Stage) -> None:
    result, sora = await a_result(stage), stage.guild.member("Sora")
    assert "Only whoever asked" in await delete_by_menu(stage, sora, result)
    assert stage.playground.latest(result) is not None


async def test_in_a_direct_message_the_requester_deletes_by_message(stage: Stage) -> None:
    place = stage.playground.direct_message(stage.mika)
    result = await a_result(stage, channel=place)
    assert "deleted" in await delete_by_menu(stage, stage.mika, result)
    assert stage.playground.latest(result) is None


async def test_a_message_without_a_picture_of_ours_is_not_deleted(stage: Stage) -> None:
    noor, said = await manager(stage), await stage.mika.say(stage.channel, "hello")
    assert "no picture of mine" in await delete_by_menu(stage, noor, said)
    assert stage.playground.latest(said) is not None


async def test_the_button_says_who_deleted_what_is_on_the_requests_own_card(stage: Stage) -> None:
    noor = await manager(stage)
    result = await a_result(stage, channel=stage.guild.voice_channel("talk"))
    await stage.whispered(await noor.click(result, button(result, "Delete")))
    left = now(stage, result)
    assert f"A moderator, {noor.mention}, deleted this picture" in left.text
    assert (left.attachments, left.buttons) == ((), ())
    assert "deleted already" in await delete_by_menu(stage, noor, left)


async def test_where_only_a_member_brought_the_bot_its_moderators_delete_by_the_button(stage: Stage) -> None:
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    elsewhere.admit(stage.mika)
    result = await a_result(stage, channel=elsewhere.text_channel("photos"))
    sora = elsewhere.member("Sora")
    refused = await stage.whispered(await sora.click(result, button(result, "Delete")))
    assert "Only whoever asked" in refused.text
    await stage.whispered(await elsewhere.owner.click(result, button(result, "Delete")))
    assert f"A moderator, {elsewhere.owner.mention}, deleted this picture" in now(stage, result).text


async def test_what_discord_does_not_let_us_delete_is_not_said_to_be_deleted(stage: Stage) -> None:
    result, noor = await a_result(stage), await manager(stage)
    stage.playground.faults.next("DELETE", f"messages/{result.id}", status=403)
    assert "would not let me" in await delete_by_menu(stage, noor, result)
    assert (await job_of(stage, result)).deleted_at is None
    assert await stage.store.desk.audit(stage.guild.id) == []
    assert "deleted" in await delete_by_menu(stage, noor, result)


@pytest.mark.parametrize("complaint", ["shows_me", "rules"])
async def test_a_dismissal_does_not_say_that_a_picture_is_shown_which_somebody_has_deleted(
    stage: Stage, complaint: str
) -> None:
    log, result, noor = await log_channel(stage), await a_result(stage), await manager(stage)
    await report(stage, stage.guild.member("Ren"), result, complaint)
    card = await logged(stage, log, "Report")
    await noor.delete(now(stage, result))
    assert (await decide(stage, noor, card, "Dismiss")).text == "The report is dismissed. The picture is deleted."
    stage.playground.violations.clear()  # the message that was gone was looked for
    job = await job_of(stage, result)
    assert job.deleted_at is not None
    assert "dismissed it. The picture is deleted." in now(stage, card).text
    assert labels(now(stage, card)) == []


async def purge(stage: Stage, noor: Member, member: Member) -> Message:
    """The question, answered with yes; what came of it."""
    question = await told(noor, stage.channel, "purge", member=member)
    await noor.click(question, next(one.custom_id or "" for one in question.buttons))
    return await shown(stage, question, lambda one: "deleted." in one.text)


@pytest.mark.parametrize("way", MODERATORS)
async def test_a_purge_deletes_a_members_pictures_here_and_nobody_elses(stage: Stage, way: Way) -> None:
    noor, ren = await way(stage), stage.guild.member("Ren")
    mine = [await a_result(stage) for _ in range(2)]
    others = await a_result(stage, ren)
    in_direct = await a_result(stage, channel=stage.playground.direct_message(stage.mika))
    question = await told(noor, stage.channel, "purge", member=stage.mika)
    assert "Delete 2 pictures?" in question.text
    assert "2 pictures" in (await purge(stage, noor, stage.mika)).text
    assert [stage.playground.latest(one) for one in mine] == [None, None]
    assert stage.playground.latest(others)
    assert stage.playground.latest(in_direct)
    outcome, beginning = await purges(stage)
    for deed in (beginning, outcome):
        assert (deed.actor_id, deed.target_id, deed.before) == (noor.id, stage.mika.id, "2")
    assert beginning.after == "begun"
    assert "2 deleted" in (outcome.after or "")
    assert await stage.store.desk.results_of(stage.guild.id, stage.mika.id) == ()


async def purges(stage: Stage) -> list[Entry]:
    """What the audit has of purges, the latest first."""
    return await stage.store.desk.audit(stage.guild.id, Filter(action=Action.PURGE))


async def test_a_purge_that_is_cut_off_is_in_the_audit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    noor, removed, cut_off = await manager(stage), list[PostedExhibit](), asyncio.Event()
    for _ in range(2):
        await a_result(stage)
    remove = PostedExhibit.remove

    async def removed_once(exhibit: PostedExhibit) -> None:
        """As when the process ends at the second one."""
        if removed:
            cut_off.set()
            raise asyncio.CancelledError
        removed.append(exhibit)
        await remove(exhibit)

    monkeypatch.setattr(PostedExhibit, "remove", removed_once)
    question = await told(noor, stage.channel, "purge", member=stage.mika)
    await noor.click(question, question.buttons[0].custom_id or "")
    await cut_off.wait()
    (deed,) = await purges(stage)
    assert (deed.actor_id, deed.target_id, deed.before, deed.after) == (noor.id, stage.mika.id, "2", "begun")
    assert len(await stage.store.desk.results_of(stage.guild.id, stage.mika.id)) == 1


async def test_a_purge_leaves_no_card_that_leads_nowhere(stage: Stage) -> None:
    noor, thread_card, own_card = await manager(stage), await stage.ask(), stage.guild.voice_channel("talk")
    await stage.result_of(thread_card)
    on_its_card = await a_result(stage, channel=own_card)
    await purge(stage, noor, stage.mika)
    for card in (thread_card.message, now(stage, on_its_card)):
        assert card is not None
        assert f"A moderator, {noor.mention}, deleted this picture" in card.text
        assert (card.attachments, card.buttons) == ((), ())


async def test_a_purge_leaves_threads_as_they_were(stage: Stage) -> None:
    noor = await manager(stage)
    awake, *asleep = [await a_result(stage, channel=stage.guild.text_channel(f"photos-{n}")) for n in range(3)]
    threads = [stage.playground.channel(one.channel_id) for one in (awake, *asleep)]
    for thread in threads[1:]:
        thread.archive()
    await purge(stage, noor, stage.mika)
    while not all(thread.state.archived for thread in threads[1:]):
        await stage.playground.wait_for(
            lambda event: event.kind is EventKind.THREAD_UPDATED, since=len(stage.playground.events)
        )
    assert not threads[0].state.archived
    assert [stage.playground.latest(one) for one in (awake, *asleep)] == [None, None, None]


async def test_what_was_gone_and_what_discord_refuses_is_counted_and_said(stage: Stage) -> None:
    noor = await manager(stage)
    gone, refused, deleted = [await a_result(stage) for _ in range(3)]
    await noor.delete(gone)
    stage.playground.faults.next("DELETE", f"messages/{refused.id}", status=403)
    said = await purge(stage, noor, stage.mika)
    stage.playground.violations.clear()  # the message that was gone was tried
    assert "1 picture of" in said.text
    assert "1 picture had been deleted before" in said.text
    assert "would not let me delete 1 picture" in said.text
    assert stage.playground.latest(deleted) is None
    assert (await purges(stage))[0].after == "1 deleted, 1 gone before, 1 refused, 0 left"
    assert len(await stage.store.desk.results_of(stage.guild.id, stage.mika.id)) == 1


async def test_who_has_left_can_be_purged(stage: Stage) -> None:
    noor, result = await manager(stage), await a_result(stage)
    stage.guild.kick(stage.mika)
    await purge(stage, noor, stage.mika)
    assert stage.playground.latest(result) is None


async def test_a_member_without_pictures_is_said_to_have_none(stage: Stage) -> None:
    noor = await manager(stage)
    question = await told(noor, stage.channel, "purge", member=stage.mika)
    assert "no picture" in question.text
    assert question.buttons == ()


async def test_who_is_no_moderator_any_more_confirms_nothing(stage: Stage) -> None:
    role = stage.guild.role("Once", Permissions.MODERATE_MEMBERS)
    noor, result = stage.guild.member("Noor", roles=(role,)), await a_result(stage)
    question = await told(noor, stage.channel, "purge", member=stage.mika)
    stage.guild.take_role(noor, role)
    said = await stage.whispered(await noor.click(question, question.buttons[0].custom_id or ""))
    assert "Only moderators" in said.text
    assert stage.playground.latest(result) is not None


@pytest.mark.parametrize("reason", [NASTY, "@everyone " * 20, "\u202e\u2066\r\n\t" * 40])
async def test_whatever_a_moderator_writes_is_shown_as_text_and_calls_nobody(stage: Stage, reason: str) -> None:
    noor, log = await manager(stage), await log_channel(stage)
    await told(noor, stage.channel, "block", member=stage.mika, reason=reason)
    refusal = await answer(await stage.ask())
    line = await logged(stage, log, "blocked")
    for one in (refusal, line):
        assert "\u202e" not in one.text
        assert "@everyone" not in one.text
        assert "<@123456789012345678>" not in one.text
    assert nobody_was_pinged(stage)


class Clockwork:
    """A clock that each deletion moves on, and pauses that take no time."""

    def __init__(self, seconds_each: float) -> None:
        self.seconds = 0.0
        self.removed: list[str] = []
        self.pauses: list[float] = []
        self.shown: list[float] = []
        self._seconds_each = seconds_each

    def clock(self) -> float:
        return self.seconds

    async def remove(self, job_id: str) -> Fate:
        self.removed.append(job_id)
        self.seconds += self._seconds_each
        return Fate.DELETED

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds

    async def show(self) -> None:
        self.shown.append(self.seconds)


async def purged(works: Clockwork, count: int, *, until: float) -> Tally:
    tally = Tally(count)
    await carry_out(
        [f"{number}-0" for number in range(count)],
        tally,
        remove=works.remove,
        show=works.show,
        until=until,
        clock=works.clock,
        pause=works.pause,
    )
    return tally


async def test_a_purge_pauses_between_batches_and_is_shown_every_few_seconds() -> None:
    works = Clockwork(seconds_each=0.5)
    tally = await purged(works, 2 * BATCH + 1, until=HOUR)
    assert (tally.deleted, tally.left) == (2 * BATCH + 1, 0)
    assert works.pauses == [PAUSE, PAUSE]
    assert len(works.shown) > 5
    assert all(later - earlier >= 2.5 for earlier, later in zip(works.shown, works.shown[1:], strict=False))


async def test_a_purge_that_takes_too_long_stops_and_says_how_many_remain() -> None:
    works = Clockwork(seconds_each=60)
    tally = await purged(works, 40, until=14 * 60)
    assert (tally.deleted, tally.left) == (14, 26)
    assert str(tally) == "14 deleted, 0 gone before, 0 refused, 26 left"
