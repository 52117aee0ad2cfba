"""The world's changes as server-sent events: everything at first, then one event for each change that one sees."""

import asyncio
import json
from collections.abc import Iterator

from aiohttp import web

from playground.errors import Json
from playground.events import Event, EventKind, EventLog
from playground.page.views import View

BREATH = 15.0
"""Seconds after which a silent line is tried, so that one that nobody reads any more is noticed."""


async def tell(request: web.Request, events: EventLog, view: View) -> web.StreamResponse:
    """Tell one browser until it leaves or the page is closed."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    told = len(events)
    try:
        await _send(response, "world", view.snapshot())
        while True:
            told = await _send_since(response, events, told, view)
            await _next(response, events, told)
    except ConnectionResetError:
        return response


async def _send_since(response: web.StreamResponse, events: EventLog, told: int, view: View) -> int:
    while told < len(events):
        event = events[told]
        told += 1
        for name, data in _changes(event, view):
            await _send(response, name, data)
    return told


async def _next(response: web.StreamResponse, events: EventLog, told: int) -> None:
    try:
        await events.wait_for(lambda _: True, since=told, timeout=BREATH)
    except TimeoutError:
        await response.write(b": still here\n\n")


def _changes(event: Event, view: View) -> Iterator[tuple[str, Json]]:
    """What the page is told of this event: names and data."""
    message, thread = event.message, event.thread
    match event.kind:
        case EventKind.MESSAGE_CREATED | EventKind.MESSAGE_EDITED:
            if message is not None and view.sees(message):
                yield "message", view.message(message)
        case EventKind.MESSAGE_DELETED:
            if message is not None and view.sees(message):
                yield "gone", {"id": str(message.id), "channel": str(message.channel_id)}
        case EventKind.THREAD_CREATED | EventKind.THREAD_UPDATED:
            if thread is not None and view.sees_channel(thread):
                yield "channel", view.channel(thread)
        case EventKind.COMMANDS_SYNCED:
            yield "commands", {}
        case EventKind.READY | EventKind.RESUMED | EventKind.DISCONNECTED:
            yield "bot", view.bot()


async def _send(response: web.StreamResponse, name: str, data: Json) -> None:
    await response.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
    await asyncio.sleep(0)  # a write that needs no waiting gives nobody else a turn
