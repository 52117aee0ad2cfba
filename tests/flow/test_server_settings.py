"""Each setting, changed on the card of /server: it holds for the next request, after a restart, and in the audit."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pytest

from bot.values.rules import ConsentRule, Guild, SafetyMode
from engine.safety import Verdict
from playground import AnswerKind, Channel, Member, Message, Permissions, Playground, Response, Role, Upload
from styles import load
from tests.engine.fakes import UNSAFE, FakeChecker, FakeRunner
from tests.faults.mishaps import watched
from tests.flow.panel import Panel
from tests.flow.stage import Stage, a_photo, a_stage, the_bot


@dataclass(frozen=True, slots=True)
class Scene:
    """A stage with a manager, who has a card."""

    stage: Stage
    noor: Member
    role: Role

    async def page(self, name: str) -> Panel:
        return await (await Panel.open(self.noor, self.stage.channel)).turn(name)

    async def set(self, page: str, name: str, *values: object) -> Panel:
        return await (await self.page(page)).choose(name, *values)

    async def refusal(self, **options: Any) -> str:
        """Why the next request is not taken."""
        response = await (await self.stage.ask(**options)).response()
        assert response.ephemeral
        return response.message.text

    async def result(self, **options: Any) -> Message:
        """The next request's picture."""
        return await self.stage.result_of(await self.stage.ask(**options))

    async def unnamed(self) -> Message:
        """What is painted when no style is named."""
        photo = Upload("me.jpg", a_photo(), "image/jpeg")
        return await self.stage.result_of(await self.stage.mika.slash(self.stage.channel, "animify", photo=photo))


@asynccontextmanager
async def a_scene(tmp_path: Path, *verdicts: Verdict) -> AsyncIterator[Scene]:
    checker = FakeChecker(*verdicts) if verdicts else None
    async with a_stage(tmp_path / "animify.db", runners=[FakeRunner()], daily_limit=9, checker=checker) as stage:
        noor = stage.guild.member("Noor", permissions=Permissions.MANAGE_GUILD)
        yield Scene(stage, noor, stage.guild.role("artists"))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with a_scene(tmp_path) as ready:
        yield ready


async def test_channels_and_none_means_all(scene: Scene) -> None:
    other = scene.stage.guild.text_channel("other")
    panel = await scene.set("where", "channels", other)
    assert f"<#{other.id}>" in await scene.refusal()
    result = await scene.result(channel=other)
    thread = scene.stage.playground.channel(result.channel_id)
    assert thread.state.parent_id == other.id
    assert (await scene.result(channel=thread)).attachments
    await panel.choose("channels")
    assert (await scene.result()).attachments


async def test_roles_and_none_means_everyone(scene: Scene) -> None:
    panel = await scene.set("where", "roles", scene.role)
    assert scene.role.mention in await scene.refusal()
    scene.stage.guild.give_role(scene.stage.mika, scene.role)
    assert (await scene.result()).attachments
    scene.stage.guild.take_role(scene.stage.mika, scene.role)
    await panel.choose("roles")
    assert (await scene.result()).attachments


async def test_a_moderators_role_moderates_and_changes_no_settings(scene: Scene) -> None:
    ren = scene.stage.guild.member("Ren", roles=(scene.role,))

    async def told(command: str, **options: object) -> str:
        return (await (await ren.slash(scene.stage.channel, command, **options)).response()).message.text

    assert "Only moderators" in await told("quota show", member=scene.stage.mika)
    await scene.set("where", "moderator_roles", scene.role)
    assert "left today" in await told("quota show", member=scene.stage.mika)
    assert "Manage Server" in await told("server")


async def test_how_long_somebody_must_have_been_here(scene: Scene) -> None:
    panel = await scene.set("where", "new_member_hours", "168")
    assert "7 days" in await scene.refusal()
    old = scene.stage.guild.member("Old", joined_at=1_600_000_000)
    assert (await scene.result(member=old)).attachments
    form = await scene.noor.select(panel.card, panel.spot("new_member_hours"), ["other"])
    panel = await panel.submit(form, "12h")
    assert "12 hours" in await scene.refusal()
    await panel.choose("new_member_hours", "0")
    assert (await scene.result()).attachments


async def test_where_results_go(scene: Scene) -> None:
    panel = await scene.set("pictures", "threads", "no")
    assert (await scene.result()).channel_id == scene.stage.channel.id
    await panel.choose("threads", "yes")
    assert (await scene.result()).channel_id != scene.stage.channel.id


async def test_the_default_style(scene: Scene) -> None:
    await scene.set("pictures", "default_style", "manga")
    assert "Manga" in (await scene.unnamed()).text


async def test_styles_that_are_off(scene: Scene) -> None:
    on = [one.id for one in scene.stage.client.services.catalogue.values()]
    panel = await scene.set("pictures", "styles_off", *[one for one in on if one != "ghibli"])
    assert "switched off" in await scene.refusal()
    assert "Cyberpunk" in (await scene.unnamed()).text
    offered = await scene.stage.mika.autocomplete(scene.stage.channel, "animify", focused="style", value="")
    assert "ghibli" not in [one.value for one in offered]
    panel = await panel.choose("styles_off")
    assert "One style must stay on" in panel.card.text
    await panel.choose("styles_off", *on)
    assert (await scene.result()).attachments


async def test_how_long_links_to_photos_are_kept(scene: Scene) -> None:
    async with watched(scene.stage.client) as journeys:

        async def link_of_the_next() -> str | None:
            interaction = await scene.stage.ask()
            await journeys.next_end()
            return (await scene.stage.store.secrets(f"{interaction.id}-0")).url

        assert await link_of_the_next() is not None
        await scene.set("pictures", "retention_hours", "0")
        assert await link_of_the_next() is None


async def test_whose_pictures_may_be_used(scene: Scene) -> None:
    scene.stage.mika.set_avatar(Upload("me.png", a_photo(), "image/png"))

    async def answer() -> Response:
        use = await scene.noor.use_on_user(scene.stage.channel, "Animify avatar", scene.stage.mika)
        return await use.response()

    assert "your own pictures only" in (await answer()).message.text
    await scene.set("rules", "consent", "opted_in")
    assert "has not said" in (await answer()).message.text
    await scene.set("rules", "consent", "anyone")
    assert (await answer()).type is AnswerKind.MODAL


async def test_what_members_must_say_first(scene: Scene) -> None:
    panel = await scene.set("rules", "upload_statement", "yes")
    assert "your own" in await scene.refusal(newcomer=True)
    await panel.choose("upload_statement", "no")
    assert (await scene.result(newcomer=True)).attachments


async def test_unsafe_pictures_with_a_classifier(tmp_path: Path) -> None:
    async with a_scene(tmp_path, *[UNSAFE] * 9) as scene:
        panel = await scene.set("rules", "safety", "spoiler")
        assert [one.spoiler for one in (await scene.result()).media] == [True]
        panel = await panel.choose("safety", "age")
        assert "can't show pictures" in (await scene.stage.whispered(await scene.stage.ask())).text
        await panel.choose("safety", "off")
        assert [one.spoiler for one in (await scene.result()).media] == [False]


async def test_unsafe_pictures_without_a_classifier(scene: Scene) -> None:
    panel = await scene.set("rules", "safety", "age")
    assert "age-restricted" in await scene.refusal()
    assert (await scene.result(channel=scene.stage.guild.text_channel("adults", nsfw=True))).attachments
    await panel.choose("safety", "usual")
    assert (await scene.stage.store.desk.guild(scene.stage.guild.id)).safety is None
    assert (await scene.result()).attachments


async def test_when_the_day_begins(scene: Scene) -> None:
    async def turns() -> int:
        return (await scene.stage.store.usage(scene.stage.guild.id, scene.stage.mika.id)).resets_at

    before = await turns()
    panel = await (await scene.page("days")).fill_in("zone", "Asia/Kathmandu")
    assert (await turns() - before) % 3600 == 900  # a quarter of an hour off the full one
    assert f"<t:{await turns()}:R>" in panel.card.text


async def test_the_daily_limit_and_nothing_means_the_usual_one(scene: Scene) -> None:
    panel = await (await scene.page("days")).fill_in("daily_limit", "0")
    assert "daily limit is 0" in await scene.refusal()
    panel = await panel.fill_in("daily_limit", "")
    assert "9 a member, the usual" in panel.card.text
    assert (await scene.result()).attachments


async def test_pause_and_resume(scene: Scene) -> None:
    panel = await (await Panel.open(scene.noor, scene.stage.channel)).press("pause")
    assert "I am paused" in panel.card.text
    assert "paused" in await scene.refusal()
    panel = await panel.press("resume")
    assert "I am paused" not in panel.card.text
    assert (await scene.result()).attachments


async def test_where_changes_are_written_down(scene: Scene) -> None:
    log = scene.stage.guild.text_channel("log")
    panel = await scene.set("log", "log_channel", log)
    await (await panel.turn("overview")).press("pause")
    event = await scene.stage.playground.wait_for(
        lambda event: event.message is not None and event.message.channel_id == log.id
    )
    assert event.message is not None
    assert scene.noor.mention in event.message.text
    assert event.message.mentions == ()


CHOICES: Mapping[str, Mapping[str, str | None]] = {
    "where": {"new_member_hours": "24"},
    "pictures": {"threads": "no", "default_style": "manga", "styles_off": "manga", "retention_hours": "6"},
    "rules": {"consent": "opted_in", "upload_statement": "yes", "safety": "age", "unchecked_known": None},
    "days": {"language": "de"},
    "overview": {"pause": None},
}
HOLDS = Guild(
    zone="Europe/Berlin",
    daily_limit=5,
    new_member_hours=24,
    threads=False,
    default_style="manga",
    styles_off=frozenset({one for one in load() if one != "manga"}),
    consent=ConsentRule.OPTED_IN,
    upload_statement=True,
    safety=SafetyMode.AGE_RESTRICTED,
    unchecked_known=True,
    language="de",
    retention_hours=6,
    paused=True,
)


async def change_everything(panel: Panel, channel: Channel, role: Role) -> None:
    for page, settings in CHOICES.items():
        panel = await panel.turn(page)
        for name, value in settings.items():
            panel = await (panel.press(name) if value is None else panel.choose(name, value))
    panel = await (await panel.turn("where")).choose("channels", channel)
    panel = await (await panel.choose("roles", role)).choose("moderator_roles", role)
    panel = await (await panel.turn("log")).choose("log_channel", channel)
    panel = await (await panel.turn("days")).fill_in("zone", "Europe/Berlin")
    await panel.fill_in("daily_limit", "5")


async def test_every_change_is_kept_over_a_restart_and_is_a_row(tmp_path: Path) -> None:
    async with Playground(identify_interval=0) as playground:
        guild = playground.guild("Cosy Corner")
        channel, role = guild.text_channel("photos"), guild.role("artists")
        noor = guild.member("Noor", permissions=Permissions.MANAGE_GUILD)
        async with the_bot(playground, tmp_path / "animify.db"):
            await change_everything(await Panel.open(noor, channel), channel, role)
        async with the_bot(playground, tmp_path / "animify.db") as client:
            kept = await client.services.store.desk.guild(guild.id)
            rows = await client.services.store.desk.audit(guild.id, limit=50)
            shown = (await Panel.open(noor, channel)).card.text
        assert playground.violations == []
    chosen = frozenset({role.id})
    assert kept == replace(
        HOLDS, channels=frozenset({channel.id}), roles=chosen, moderator_roles=chosen, log_channel=channel.id
    )
    assert "Time zone: **Europe/Berlin" in shown
    assert {(one.actor_id, one.action) for one in rows} == {(noor.id, "setting")}
    changed = {one.object: (one.before, one.after) for one in rows}
    assert set(changed) == {one.name for one in fields(Guild)}
    assert changed["zone"] == ("UTC", "Europe/Berlin")
    assert changed["safety"] == (None, "age_restricted")
    assert changed["roles"] == ("[]", f"[{role.id}]")
    assert changed["paused"] == ("0", "1")
