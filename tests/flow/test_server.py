"""/server: who may use it, what it says is wrong, and that it works in one card, after a restart, and nowhere else."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store import Act, DatabaseFailedError
from bot.values.rules import Guild, SafetyMode
from playground import BOT_DEFAULT, AnswerKind, Channel, Member, Message, Permissions, Playground, Role
from tests.flow.moderating import everything_told
from tests.flow.panel import Panel
from tests.flow.stage import Stage, the_bot


@pytest.fixture
def noor(stage: Stage) -> Member:
    """A manager."""
    return stage.guild.member("Noor", permissions=Permissions.MANAGE_GUILD)


async def set_up(stage: Stage, **changes: object) -> None:
    await stage.store.desk.change_guild(Act(cause=f"set up {changes}", guild_id=stage.guild.id, actor_id=1), **changes)


async def opened(stage: Stage, who: Member) -> str:
    return (await Panel.open(who, stage.channel)).card.text


async def guild_of(stage: Stage) -> Guild:
    return await stage.store.desk.guild(stage.guild.id)


@pytest.mark.parametrize("permission", [Permissions.MANAGE_GUILD, Permissions.ADMINISTRATOR])
async def test_who_manages_the_server_changes_its_settings(stage: Stage, permission: Permissions) -> None:
    panel = await Panel.open(stage.guild.member("Sora", permissions=permission), stage.channel)
    await panel.press("pause")
    assert (await guild_of(stage)).paused


async def test_its_owner_changes_its_settings(stage: Stage) -> None:
    await (await Panel.open(stage.guild.owner, stage.channel)).press("pause")
    assert (await guild_of(stage)).paused


FALLEN = {
    "another member": Permissions(0),
    "who moderates members": Permissions.MODERATE_MEMBERS,
    "who manages channels and messages": Permissions.MANAGE_CHANNELS | Permissions.MANAGE_MESSAGES,
}


@pytest.mark.parametrize("moderates_by_role", [False, True])
@pytest.mark.parametrize("who", list(FALLEN))
async def test_the_right_is_asked_for_at_every_click(stage: Stage, who: str, moderates_by_role: bool) -> None:
    managers, left = stage.guild.role("managers", Permissions.MANAGE_GUILD), stage.guild.role("left", FALLEN[who])
    if moderates_by_role:
        await set_up(stage, moderator_roles=frozenset({left.id}))
    before = await guild_of(stage)
    sora = stage.guild.member("Sora", roles=(managers,))
    panel = await Panel.open(sora, stage.channel)
    days = await panel.turn("days")
    form = await sora.click(days.card, days.spot("zone"))
    await form.response()
    stage.guild.take_role(sora, managers)
    stage.guild.give_role(sora, left)
    assert "Manage Server" in await days.refused("zone")
    assert "Manage Server" in await days.refused("page", "overview")
    sent = await (await sora.submit(form, {"value": "Europe/Berlin"})).response()
    assert sent.ephemeral
    assert "Manage Server" in sent.message.text
    assert await guild_of(stage) == before
    assert [one.action for one in await stage.store.desk.audit(stage.guild.id)] == ["setting"] * moderates_by_role


async def test_who_has_left_changes_nothing(stage: Stage, noor: Member) -> None:
    panel = await Panel.open(noor, stage.channel)
    stage.guild.kick(noor)
    with pytest.raises(LookupError):
        await panel.press("pause")
    assert not (await guild_of(stage)).paused


async def test_it_is_offered_in_servers_that_have_the_bot_alone(stage: Stage) -> None:
    elsewhere = stage.playground.foreign_guild("Elsewhere")
    for place, who in (
        (stage.playground.direct_message(stage.mika), stage.mika),
        (elsewhere.text_channel("photos"), elsewhere.owner),
    ):
        with pytest.raises(LookupError, match=r"not offered|not for use"):
            await who.slash(place, "server")


async def forged(stage: Stage, place: Channel, who: Member, panel: Panel) -> Panel:
    """An answer of ours elsewhere, which bears the components of a card."""
    message: Message = (await (await who.slash(place, "usage")).response()).message
    fake = replace(message, components=tuple(panel.components), flags=panel.card.flags, content="")
    stage.playground._backend.world.messages[message.id] = fake
    return Panel(who, fake)


@pytest.mark.parametrize("installed", [True, False])
async def test_a_card_changes_nothing_in_another_server(stage: Stage, noor: Member, installed: bool) -> None:
    elsewhere = stage.playground.guild("Elsewhere") if installed else stage.playground.foreign_guild("Elsewhere")
    fake = await forged(stage, elsewhere.text_channel("photos"), elsewhere.owner, await Panel.open(noor, stage.channel))
    assert ("another server's" if installed else "only inside a server") in await fake.refused("pause")
    for guild in (stage.guild, elsewhere):
        assert not (await stage.store.desk.guild(guild.id)).paused
        assert await stage.store.desk.audit(guild.id) == []


async def test_a_card_changes_nothing_in_a_direct_message(stage: Stage, noor: Member) -> None:
    fake = await forged(stage, stage.playground.direct_message(noor), noor, await Panel.open(noor, stage.channel))
    assert "only inside a server" in await fake.refused("pause")
    assert not (await guild_of(stage)).paused


async def test_a_fresh_server_reads_as_it_works(stage: Stage, noor: Member) -> None:
    text = await opened(stage, noor)
    for line in (
        "Channels: **All channels**",
        "Default style: **🌿 Ghibli",
        "Daily pictures: **3 a member, the usual**",
    ):
        assert line in text
    assert "No safety classifier is installed" in text
    assert text.count("⚠️") == 1


async def test_the_missing_classifier_is_said_until_somebody_knows(stage: Stage, noor: Member) -> None:
    await stage.result_of(await stage.ask())  # nothing waits for it
    panel = await (await Panel.open(noor, stage.channel)).press("unchecked_known")
    assert "⚠️" not in panel.card.text
    assert (await guild_of(stage)).unchecked_known
    assert "Not checked for now" in panel.card.text


async def test_what_the_bot_may_not_do_in_the_server_is_said(stage: Stage, noor: Member) -> None:
    stage.guild.set_bot_permissions(BOT_DEFAULT & ~Permissions.ATTACH_FILES & ~Permissions.READ_MESSAGE_HISTORY)
    await set_up(stage, channels=frozenset({stage.channel.id}))
    text = await opened(stage, noor)
    assert "In this server I lack **Attach Files** and **Read Message History**." in text
    assert f"In <#{stage.channel.id}>" not in text  # once is enough


async def test_what_the_bot_may_not_do_in_its_channels_is_said(stage: Stage, noor: Member) -> None:
    hidden, quiet = stage.guild.text_channel("hidden"), stage.guild.text_channel("quiet")
    voice = stage.guild.voice_channel("talk")
    hidden.overwrite_bot(deny=Permissions.VIEW_CHANNEL)
    for each in (quiet, voice):
        each.overwrite_bot(deny=Permissions.CREATE_PUBLIC_THREADS)
    await set_up(stage, channels=frozenset({stage.channel.id, hidden.id, quiet.id, voice.id}))
    text = await opened(stage, noor)
    assert f"In <#{hidden.id}> I lack **View Channel**." in text
    assert f"In <#{quiet.id}> I lack **Create Public Threads**." in text
    await set_up(stage, threads=False)
    assert "Create Public Threads" not in await opened(stage, noor)


async def close_log(stage: Stage) -> None:
    """No more is written to a log channel that is gone or closed; that this was tried is as it should be."""
    await everything_told(stage)  # else a post that is on its way would be looked at after this
    await stage.client._herald.close()
    tried = {"unknown-channel", "missing-access", "missing-permissions"}
    stage.playground.violations[:] = [one for one in stage.playground.violations if one.rule not in tried]


def delete_role(stage: Stage, role: Role) -> None:
    roles = {key: one for key, one in stage.guild.state.roles.items() if key != role.id}
    stage.guild._replace(replace(stage.guild.state, roles=roles))
    stage.guild._tell("GUILD_ROLE_DELETE", {"role_id": str(role.id)})


async def test_channels_and_roles_that_are_deleted_are_said_and_can_be_chosen_anew(stage: Stage, noor: Member) -> None:
    gone, role, other = stage.guild.text_channel("gone"), stage.guild.role("artists"), stage.guild.role("others")
    both = frozenset({role.id, other.id})
    await set_up(
        stage, channels=frozenset({gone.id}), roles=both, moderator_roles=frozenset({role.id}), log_channel=gone.id
    )
    gone.delete()
    delete_role(stage, role)
    panel = await Panel.open(noor, stage.channel)
    for words in (
        "so I can be used nowhere",
        "1 chosen role is deleted. Choose the roles anew.",
        "1 chosen role is deleted that moderated me",
        "The log channel is deleted",
        "Log channel: **Gone**",
    ):
        assert words in panel.card.text
    panel = await (await (await panel.turn("where")).choose("channels", stage.channel)).choose("roles", other)
    panel = await (await (await panel.choose("moderator_roles")).turn("log")).choose("log_channel")
    assert "delete" not in (await panel.turn("overview")).card.text
    await close_log(stage)


async def test_a_log_channel_that_everybody_can_read_is_said(stage: Stage, noor: Member) -> None:
    log = stage.guild.text_channel("log")
    log.overwrite(stage.guild.state.roles[stage.guild.id], allow=Permissions.VIEW_CHANNEL)
    panel = await (await (await Panel.open(noor, stage.channel)).turn("log")).choose("log_channel", log)
    assert f"Everybody can read the log channel <#{log.id}>" in panel.card.text


async def test_a_log_channel_that_the_bot_cannot_write_in_is_said_where_it_is_chosen(
    stage: Stage, noor: Member
) -> None:
    log = stage.guild.text_channel("log")
    log.overwrite_bot(deny=Permissions.SEND_MESSAGES)
    panel = await (await (await Panel.open(noor, stage.channel)).turn("log")).choose("log_channel", log)
    assert f"I can't write in the log channel <#{log.id}>: I lack **Send Messages**." in panel.card.text
    assert (await guild_of(stage)).log_channel == log.id
    await close_log(stage)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"default_style": "gone"}, "The default style “gone” is gone"),
        ({"default_style": "manga", "styles_off": frozenset({"manga"})}, "Manga, is switched off"),
        ({"safety": SafetyMode.SPOILER}, "needs a safety classifier"),
    ],
)
async def test_what_can_not_be_as_it_is_set_is_said_and_the_bot_still_works(
    stage: Stage, noor: Member, changes: dict[str, object], words: str
) -> None:
    await set_up(stage, **changes)
    assert words in await opened(stage, noor)
    assert (await stage.result_of(await stage.ask())).attachments


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("zone", "Europe/Berln", "Did you mean Europe/Berlin"),
        ("zone", "@everyone", "no time zone"),
        ("daily_limit", "lots", "no daily limit"),
    ],
)
async def test_what_can_not_be_read_is_refused_on_the_card_and_changes_nothing(
    stage: Stage, noor: Member, name: str, typed: str, words: str
) -> None:
    panel = await (await (await Panel.open(noor, stage.channel)).turn("days")).fill_in(name, typed)
    assert words in panel.card.text
    assert "Nothing is changed." in panel.card.text
    assert await guild_of(stage) == Guild()
    assert not panel.card.mentions_everyone


async def test_what_nobody_changed_is_no_row_in_the_audit(stage: Stage, noor: Member) -> None:
    panel = await (await Panel.open(noor, stage.channel)).turn("rules")
    await panel.choose("consent", "self")
    assert await stage.store.desk.audit(stage.guild.id) == []


async def test_a_card_whose_part_is_no_longer_known_is_drawn_anew(stage: Stage, noor: Member) -> None:
    panel = await Panel.open(noor, stage.channel)
    old = panel.spot("pause").replace(":overview:0:pause", ":attic:9:carpet")
    message = stage.playground._backend.world.messages[panel.card.id]
    components = json.loads(json.dumps(message.components).replace(panel.spot("pause"), old))
    stage.playground._backend.world.messages[message.id] = replace(message, components=tuple(components))
    response = await (await noor.click(message, old)).response()
    assert response.type is AnswerKind.UPDATE
    assert "Settings of this server" in response.message.text


async def test_when_the_database_fails_the_manager_is_told_and_the_card_stays(
    stage: Stage, noor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = await Panel.open(noor, stage.channel)

    async def fails(*_: object, **__: object) -> None:
        raise DatabaseFailedError("disk I/O error")

    monkeypatch.setattr(stage.store.desk, "change_guild", fails)
    assert "went wrong on my side" in await panel.refused("pause")
    monkeypatch.undo()
    assert "I am paused" in (await panel.press("pause")).card.text


async def test_a_slow_change_is_acknowledged_first_and_shown_on_the_card(
    stage: Stage, noor: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = await Panel.open(noor, stage.channel)
    monkeypatch.setattr("bot.commands.services.PATIENCE", 0)
    interaction = await noor.click(panel.card, panel.spot("pause"))
    assert (await interaction.response()).type is AnswerKind.DEFERRED_UPDATE
    await stage.playground.wait_for(
        lambda event: event.message is not None and "I am paused" in event.message.text, about=panel.card.id
    )
    assert (await guild_of(stage)).paused


async def test_a_card_and_an_open_form_work_after_a_restart(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, noor = guild.text_channel("photos"), guild.member("Noor", permissions=Permissions.MANAGE_GUILD)
        async with the_bot(playground, tmp_path / "animify.db"):
            panel = await (await Panel.open(noor, channel)).turn("days")
            form = await noor.click(panel.card, panel.spot("zone"))
            await form.response()
        async with the_bot(playground, tmp_path / "animify.db") as client:
            panel = await panel.submit(form, "tokyo")
            assert "**Time zone**: Asia/Tokyo" in panel.card.text
            await (await panel.turn("overview")).press("pause")
            kept = await client.services.store.desk.guild(guild.id)
        assert (kept.zone, kept.paused) == ("Asia/Tokyo", True)
        assert playground.violations == []
