"""Forms in somebody's hands: opened, read, filled in and sent."""

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.store import Job
from playground import AnswerKind, Interaction, Member, Message, Upload
from playground.layout import walk
from tests.flow.stage import Stage, a_photo


async def form(opened: Interaction) -> dict[str, Any]:
    """The form that answered this."""
    response = await opened.response()
    assert response.type is AnswerKind.MODAL
    return response.modal


async def fields(opened: Interaction) -> dict[str, dict[str, Any]]:
    """Its fields by their custom ids."""
    return {one["custom_id"]: one for one in walk((await form(opened))["components"]) if one.get("custom_id")}


async def said(opened: Interaction) -> str:
    """All that is written on it."""
    texts = [
        str(one[key])
        for one in walk((await form(opened))["components"])
        for key in ("content", "label", "description")
        if one.get(key)
    ]
    return "\n".join(texts)


async def send(member: Member, opened: Interaction, **filled: Any) -> Interaction:
    """Send the form; what is not filled in stays as it was preset."""
    await form(opened)
    return await member.submit(opened, filled)


async def sent_as_it_is(member: Member, asked: Interaction) -> Interaction:
    """The form that a menu opened, sent as it was preset; a refusal where it opened none."""
    if (await asked.response()).type is not AnswerKind.MODAL:
        return asked
    return await member.submit(asked, {})


async def done(stage: Stage, asked: Interaction) -> Sequence[Job]:
    """The jobs that it made, once they have ended."""
    await asked.response()
    while under_way := stage.client.services.journey._under_way:
        await asyncio.gather(*under_way)
    return await stage.store.jobs_of(asked.id)


def result(stage: Stage, job: Job) -> Message:
    """The message that a job's picture is in."""
    (message,) = [
        one for one in stage.playground.channel(job.result_channel_id or 0).messages if one.id == job.result_message_id
    ]
    return message


def photos(count: int) -> list[Upload]:
    """As many photos, each another one."""
    return [Upload(f"photo-{number}.jpg", a_photo(seed=number), "image/jpeg") for number in range(1, count + 1)]


def no_photo() -> Upload:
    """A file that says it is a photo and is none."""
    return Upload("broken.jpg", b"no picture at all", "image/jpeg")
