"""What tests of keeping order have in common: moderators, reports, and a log channel."""

import asyncio
from collections.abc import Callable

from bot.store import Act, Job
from bot.ui import custom_ids
from bot.ui.custom_ids import Action, Decision
from playground import Channel, Event, EventKind, Interaction, Member, Message, Permissions
from tests.flow.stage import Stage

NASTY = (
    "@everyone <@&1> **bold** [link](https://example.com) `code`\n"
    "# head\u202egnp.exe\u2066 ||hid|| <@123456789012345678>"
    " [log in](https://evil.example) <#70> <t:1:R> </quota show:1>"
)
"""Words of a stranger who means no good."""


async def manager(stage: Stage) -> Member:
    return stage.guild.member("Noor", permissions=Permissions.MANAGE_GUILD)


async def moderator(stage: Stage) -> Member:
    return stage.guild.member("Noor", permissions=Permissions.MODERATE_MEMBERS)


async def by_role(stage: Stage) -> Member:
    """Somebody with a role that the server has made a moderators' one."""
    role = stage.guild.role("Keepers")
    act = Act(cause="role", guild_id=stage.guild.id, actor_id=None)
    await stage.store.desk.change_guild(act, moderator_roles=frozenset({role.id}))
    return stage.guild.member("Noor", roles=(role,))


MODERATORS = (manager, moderator, by_role)
"""The three ways to be one."""


async def log_channel(stage: Stage) -> Channel:
    """A channel that is told of everything, and is done with what its own setting is worth telling."""
    channel = stage.guild.text_channel("log")
    act = Act(cause="log", guild_id=stage.guild.id, actor_id=None)
    await stage.store.desk.change_guild(act, log_channel=channel.id)
    return channel


async def logged(stage: Stage, channel: Channel, text: str) -> Message:
    """Wait until the log channel reads so; commands tell the bot to look, and a test may, too."""
    stage.client.services.changed.set()
    event = await stage.playground.wait_for(
        lambda event: event.kind is EventKind.MESSAGE_CREATED and event.message and text in event.message.text,
        about=channel.id,
    )
    assert event.message is not None
    return event.message


async def a_result(stage: Stage, who: Member | None = None, channel: Channel | None = None) -> Message:
    """A picture that is posted, and known to be."""
    result = await stage.result_of(await stage.ask(who, channel))
    await asyncio.gather(*stage.client.services.journey._under_way)
    return result


async def job_of(stage: Stage, result: Message) -> Job:
    job = await stage.store.job_by_result(result.id)
    assert job is not None
    return job


async def report(stage: Stage, who: Member, result: Message, complaint: str = "rules", words: str = "") -> str:
    """Report a result; what the reporter is told, alone."""
    opened = await who.click(result, button(result, "Report"))
    await opened.response()
    sent = await who.submit(opened, {"complaint": [complaint], "words": words})
    return (await stage.whispered(sent)).text


async def decide(stage: Stage, who: Member, card: Message, label: str) -> Message:
    """Press a button under a report; what the moderator is told, alone."""
    return await stage.whispered(await who.click(card, button(card, label)))


async def shown(stage: Stage, message: Message, predicate: Callable[[Message], object]) -> Message:
    """Wait until a message looks like this."""

    def fits(event: Event) -> bool:
        return event.message is not None and event.message.id == message.id and bool(predicate(event.message))

    event = await stage.playground.wait_for(fits, about=message.id)
    assert event.message is not None
    return event.message


async def answer(interaction: Interaction) -> Message:
    """The first answer."""
    return (await interaction.response()).message


async def told(who: Member, channel: Channel, command: str, **options: object) -> Message:
    """What somebody is told, alone, for a command."""
    response = await (await who.slash(channel, command, **options)).response()
    assert response.ephemeral
    return response.message


async def everything_told(stage: Stage) -> None:
    """Until nothing waits for a log channel: as the bot's own task does it, but now."""
    while await stage.store.outbox.waiting():
        await stage.client._herald.tell()


def button(message: Message, label: str) -> str:
    """The custom id of a button by its label."""
    return next(one.custom_id or "" for one in message.buttons if one.label == label)


def labels(message: Message) -> list[str]:
    return [one.label for one in message.buttons]


def now(stage: Stage, message: Message) -> Message:
    """The message as it is."""
    latest = stage.playground.latest(message)
    assert latest is not None
    return latest


def nobody_was_pinged(stage: Stage, *, but: tuple[Message, ...] = ()) -> bool:
    """But the requester, by their own result."""
    results = {message.id for message in but}
    everything = [one for one in stage.guild.messages if one.id not in results]
    return not any(one.mentions or one.role_mentions or one.mentions_everyone for one in everything)


def forged(job_id: str, report_id: int) -> dict[str, str]:
    """Custom ids of ours as a message in another server may carry them."""
    return {
        "delete": custom_ids.write(Action.DELETE, job_id),
        "report": custom_ids.write(Action.REPORT, job_id),
        **{one.value: custom_ids.decide(one, report_id) for one in Decision},
    }
