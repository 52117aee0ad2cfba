"""The audit: in pages for moderators, and line by line in the log channel, each once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.delivery import log as delivery_log
from bot.store import Act, Change
from bot.ui import auditing
from bot.values.records import Action, Entry
from playground import Channel, Member, Message, Permissions, Playground
from tests.engine.fakes import FakeRunner
from tests.flow.moderating import (
    MODERATORS,
    NASTY,
    button,
    everything_told,
    log_channel,
    logged,
    manager,
    nobody_was_pinged,
    now,
    told,
)
from tests.flow.stage import Stage, a_stage, the_bot

Way = Callable[[Stage], Awaitable[Member]]
LONG = "@everyone **" * 16


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()]) as ready:
        yield ready


def a_change(stage: Stage, number: int, *, by: Member | None = None, reason: str | None = None) -> Change:
    return Change(
        cause=f"change {number}",
        guild_id=stage.guild.id,
        actor_id=None if by is None else by.id,
        member_id=stage.mika.id,
        reason=reason,
    )


async def limits_set(stage: Stage, by: Member, count: int, *, reason: str | None = None) -> None:
    for number in range(count):
        await stage.store.desk.set_limit(a_change(stage, number, by=by, reason=reason), 100 + number)


async def by_hand(stage: Stage) -> Channel:
    """A log channel that is told of what happens from now on, when the test says so."""
    log = await log_channel(stage)
    await logged(stage, log, "Log channel")
    await stage.client._herald.close()
    stage.client._herald._pause = _no_pause
    return log


async def _no_pause(_seconds: float) -> None:
    pass


async def turned(stage: Stage, who: Member, page: Message, label: str) -> Message:
    await (await who.click(page, button(page, label))).response()
    return now(stage, page)


@pytest.mark.parametrize("way", MODERATORS)
async def test_any_moderator_reads_who_did_what_to_whom_and_why(stage: Stage, way: Way) -> None:
    noor = await way(stage)
    await told(noor, stage.channel, "quota set", member=stage.mika, amount="9", reason="for *helping*")
    page = await told(noor, stage.channel, "audit show", action=Action.QUOTA_SET.value)
    assert f"{noor.mention} set the daily limit of {stage.mika.mention}" in page.text
    assert r": 3 (default) → 9 (member) · “for \*helping\*”" in page.text
    assert page.text.startswith("<t:")


async def test_members_read_no_audit(stage: Stage) -> None:
    sora = stage.guild.member("Sora", permissions=Permissions.MANAGE_MESSAGES)
    assert "Only moderators" in (await told(sora, stage.channel, "audit show")).text
    assert "Only moderators" in (await told(sora, stage.channel, "audit reports")).text


async def test_an_empty_audit_says_so(stage: Stage) -> None:
    assert (await told(await manager(stage), stage.channel, "audit show")).text == auditing.NOTHING()


async def test_what_somebody_did_to_themselves_is_marked(stage: Stage) -> None:
    noor = await manager(stage)
    await told(noor, stage.channel, "quota grant", member=noor, amount=5)
    assert "(on themselves)" in (await told(noor, stage.channel, "audit show")).text


async def test_the_operator_and_the_erased_are_called_so(stage: Stage) -> None:
    noor = await manager(stage)
    await stage.store.desk.set_limit(a_change(stage, 1), 4)
    await stage.store.privacy.erase(stage.mika.id)
    page = await told(noor, stage.channel, "audit show")
    assert "the operator set the daily limit of someone who was erased" in page.text


async def test_the_audit_can_be_narrowed(stage: Stage) -> None:
    noor, sora = await manager(stage), stage.guild.member("Sora")
    await told(noor, stage.channel, "quota set", member=stage.mika, amount="9")
    await told(noor, stage.channel, "quota set", member=sora, amount="8")
    await told(noor, stage.channel, "quota reset", member=sora)
    about_mika = await told(noor, stage.channel, "audit show", member=stage.mika)
    resets = await told(noor, stage.channel, "audit show", action=Action.QUOTA_RESET.value)
    by_sora = await told(noor, stage.channel, "audit show", by=sora)
    assert (about_mika.text.count("<t:"), resets.text.count("<t:")) == (1, 1)
    assert by_sora.text == auditing.NOTHING()


async def test_pages_are_turned_over_to_the_end_and_back(stage: Stage) -> None:
    noor = await manager(stage)
    await limits_set(stage, noor, 20)
    first = await told(noor, stage.channel, "audit show")
    assert [one.disabled for one in first.buttons] == [True, False]
    second = await turned(stage, noor, first, "Older")
    last = await turned(stage, noor, second, "Older")
    assert [one.disabled for one in last.buttons] == [False, True]
    for page, newest in ((first, 119), (second, 111), (last, 103)):
        assert f"→ {newest} (member)" in page.text
    assert (await turned(stage, noor, last, "Newer")).text == second.text


async def test_pages_keep_what_they_are_narrowed_to(stage: Stage) -> None:
    noor, sora = await manager(stage), stage.guild.member("Sora")
    await limits_set(stage, noor, 10)
    await told(noor, stage.channel, "quota reset", member=sora)
    page = await told(noor, stage.channel, "audit show", member=stage.mika, by=noor, action=Action.QUOTA_SET.value)
    older = await turned(stage, noor, page, "Older")
    assert (page.text + older.text).count(stage.mika.mention) == 10
    assert sora.mention not in page.text + older.text


async def test_who_is_no_moderator_any_more_turns_no_page(stage: Stage) -> None:
    role = stage.guild.role("Once", Permissions.MODERATE_MEMBERS)
    noor = stage.guild.member("Noor", roles=(role,))
    await limits_set(stage, noor, 10)
    page = await told(noor, stage.channel, "audit show")
    stage.guild.take_role(noor, role)
    said = await stage.whispered(await noor.click(page, button(page, "Older")))
    assert "Only moderators" in said.text
    assert now(stage, page).text == page.text


async def test_long_rows_make_short_pages_and_none_is_lost(stage: Stage) -> None:
    noor = await manager(stage)
    await limits_set(stage, noor, 12, reason=LONG)
    page = await told(noor, stage.channel, "audit show")
    texts = [page.text]
    while not page.buttons[1].disabled:
        page = await turned(stage, noor, page, "Older")
        texts.append(page.text)
    assert sum(text.count("<t:") for text in texts) == 12
    assert all(len(text) < 4000 for text in texts)
    assert nobody_was_pinged(stage)


async def test_a_server_reads_nothing_of_another(stage: Stage) -> None:
    noor = await manager(stage)
    await limits_set(stage, noor, 10)
    elsewhere = stage.playground.guild("Elsewhere")
    assert (await told(elsewhere.owner, elsewhere.text_channel("talk"), "audit show")).text == auditing.NOTHING()


async def test_pages_are_turned_over_after_a_restart(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, noor = guild.text_channel("photos"), guild.member("Noor", permissions=Permissions.MANAGE_GUILD)
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]) as client:
            for number in range(10):
                act = Act(cause=f"{number}", guild_id=guild.id, actor_id=noor.id)
                await client.services.store.desk.change_guild(act, new_member_hours=number + 1)
            page = await told(noor, channel, "audit show")
        async with the_bot(playground, tmp_path / "animify.db", runners=[FakeRunner()]):
            await (await noor.click(page, button(page, "Older"))).response()
            older = playground.latest(page)
            assert older is not None
            assert "New members" in older.text
            assert older.text != page.text
        assert playground.violations == []


async def test_every_change_is_a_line_in_the_log_channel(stage: Stage) -> None:
    noor, log = await manager(stage), await log_channel(stage)
    await told(noor, stage.channel, "quota set", member=stage.mika, amount="9", reason=NASTY)
    line = await logged(stage, log, "set the daily limit")
    assert f"{noor.mention} set the daily limit of {stage.mika.mention}" in line.text
    assert "\n#" not in line.text
    assert "\u202e" not in line.text
    await told(noor, stage.channel, "block", member=stage.mika, expires="12h")
    assert "until <t:" in (await logged(stage, log, "blocked")).text
    assert nobody_was_pinged(stage)


async def test_what_waits_together_is_one_post_and_told_once(stage: Stage) -> None:
    noor, log = await manager(stage), await by_hand(stage)
    await limits_set(stage, noor, 5)
    await stage.client._herald.tell()
    assert log.messages[-1].text.count("set the daily limit") == 5
    await stage.client._herald.tell()
    assert sum(one.text.count("set the daily limit") for one in log.messages) == 5


async def test_more_than_one_post_takes_is_told_in_several(stage: Stage) -> None:
    noor, log = await manager(stage), await by_hand(stage)
    await limits_set(stage, noor, 15, reason=LONG)
    await stage.client._herald.tell()
    assert len(log.messages) > 2
    assert sum(one.text.count("set the daily limit") for one in log.messages) == 15


async def test_a_post_whose_answer_was_lost_is_made_once_even_with_more_to_tell(tmp_path: Path) -> None:
    world = Playground(identify_interval=0, limits={})
    async with a_stage(tmp_path / "animify.db", world=world, runners=[FakeRunner()]) as stage:
        noor, log = await manager(stage), await by_hand(stage)
        world.faults.next("POST", f"channels/{log.id}/messages", disconnect=True, handled=True, times=3)
        await limits_set(stage, noor, 1)
        await stage.client._herald.tell()
        assert await stage.store.outbox.waiting()
        await stage.store.desk.reset(a_change(stage, 77, by=noor))
        await stage.client._herald.tell()
        assert "reset the count" in log.messages[-1].text
        assert sum(one.text.count("set the daily limit") for one in log.messages) == 1


async def test_a_server_without_a_log_channel_is_told_nothing_later(stage: Stage) -> None:
    noor = await manager(stage)
    await limits_set(stage, noor, 3)
    await everything_told(stage)
    log = await log_channel(stage)
    await logged(stage, log, "Log channel")
    assert "daily limit" not in "".join(one.text for one in log.messages)


async def test_a_log_channel_that_is_gone_holds_up_no_other_server(stage: Stage) -> None:
    noor, log = await manager(stage), await log_channel(stage)
    log.delete()
    elsewhere = stage.playground.guild("Elsewhere")
    others = elsewhere.text_channel("log")
    act = Act(cause="others", guild_id=elsewhere.id, actor_id=elsewhere.owner.id)
    await stage.store.desk.change_guild(act, log_channel=others.id)
    await limits_set(stage, noor, 1)
    await logged(stage, others, "Log channel")
    await everything_told(stage)
    stage.playground.violations.clear()  # the one that is gone was tried
    assert "daily limit" in (await told(noor, stage.channel, "audit show")).text


async def two_servers(stage: Stage) -> tuple[Channel, Channel]:
    """The log channels of this server and of another, which both are told when the test says so; each has a line."""
    log = await by_hand(stage)
    elsewhere = stage.playground.guild("Elsewhere")
    others = elsewhere.text_channel("log")
    act = Act(cause="others", guild_id=elsewhere.id, actor_id=elsewhere.owner.id)
    await stage.store.desk.change_guild(act, log_channel=others.id)
    assert stage.guild.id < elsewhere.id  # it comes first
    await limits_set(stage, await manager(stage), 1)
    return log, others


async def test_a_row_without_words_is_told_of_and_keeps_back_none(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, others = await two_servers(stage)
    await stage.store.desk.reset(a_change(stage, 77))
    line = auditing.line

    def broken(entry: Entry) -> str:
        if entry.action is Action.QUOTA_SET:
            raise KeyError(entry.action)
        return line(entry)

    monkeypatch.setattr(auditing, "line", broken)
    await stage.client._herald.tell()
    assert auditing.WORDLESS() in log.messages[-1].text
    assert "reset the count" in log.messages[-1].text
    assert "Log channel" in others.messages[-1].text


async def test_what_is_wrong_with_one_server_holds_up_no_other(stage: Stage) -> None:
    log, others = await two_servers(stage)
    await settings_are(stage, "5")
    await stage.client._herald.tell()
    assert "Log channel" in others.messages[-1].text
    await settings_are(stage, "[]")
    await stage.client._herald.tell()
    assert "daily limit" in log.messages[-1].text


async def settings_are(stage: Stage, channels: str) -> None:
    """What no command would write."""
    change = "UPDATE guilds SET channels = :channels WHERE guild_id = :id"
    await stage.store._database.transact(lambda tx: tx.run(change, channels=channels, id=stage.guild.id))


async def test_a_log_channel_that_does_not_answer_holds_up_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, others = await two_servers(stage)
    post = delivery_log.post

    async def hangs(*args: Any, channel_id: int, **options: Any) -> None:
        if channel_id == log.id:
            await asyncio.Event().wait()
        await post(*args, channel_id=channel_id, **options)

    with monkeypatch.context() as outage:
        outage.setattr(delivery_log, "post", hangs)
        outage.setattr("bot.commands.herald.PATIENCE", 1.0)
        await stage.client._herald.tell()
    assert "Log channel" in others.messages[-1].text
    await stage.client._herald.tell()
    assert "daily limit" in log.messages[-1].text


async def test_what_discord_could_not_take_is_told_the_next_time(stage: Stage) -> None:
    noor, log = await manager(stage), await by_hand(stage)
    await limits_set(stage, noor, 1)
    stage.playground.faults.next("POST", f"channels/{log.id}/messages", disconnect=True, times=3)
    await stage.client._herald.tell()
    assert "daily limit" not in log.messages[-1].text
    await stage.client._herald.tell()
    assert "daily limit" in log.messages[-1].text


@pytest.mark.parametrize("action", list(Action))
def test_every_action_has_its_words(action: Action) -> None:
    assert action in auditing.NAMES
    assert len(auditing.NAMES) <= 25
    entry = an_entry(action)
    assert "{" not in auditing.line(entry)


def an_entry(action: Action) -> Entry:
    return Entry(
        id=1,
        guild_id=10,
        actor_id=None,
        by_operator=True,
        target_id=7,
        has_target=True,
        self_serving=False,
        action=action,
        object="123456789012345678",
        before=None,
        after="1772366400",
        reason="because " * 25,
        at=1772366400,
    )
