"""The composition root: builds, starts and stops every part, in reverse order; nothing else constructs."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from bot import policy, telemetry
from bot.attachments import Attachments
from bot.client import AnimifyClient
from bot.commands.previews import Previews
from bot.commands.services import Services
from bot.commands.shelf import Shelf
from bot.comparing import Comparer
from bot.control import answering
from bot.engines import Diffusion, painter_workers, safety, safety_problems, serving
from bot.journey import Journey
from bot.lanes import Lane
from bot.safety import Safety
from bot.settings import Address, Settings
from bot.store import Store, StoreError
from bot.store.standing import DRAINING
from engine.dispatcher import Dispatcher
from engine.studio import Studio
from styles import Catalogue, StyleError
from styles import load as load_styles

PATIENCE = 3.0
"""Seconds that journeys get to finish at a stop, and again to give up.

With what open requests, the checker and the engine get after them it stays under ten.
"""

_MINUTE: Final = 60.0
_DAY: Final = 24 * 60 * _MINUTE

_log = structlog.stdlib.get_logger(__name__)


NOT_SET: Final = (
    "DISCORD_TOKEN: not set. Copy .env.example to .env and put the bot's token in it"
    " (Discord developer portal, your application, page Bot)"
)


class StartError(Exception):
    """The bot can't start; the text names every problem, one a line."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))


@contextlib.asynccontextmanager
async def bot(settings: Settings, problems: Sequence[str] = ()) -> AsyncIterator[AnimifyClient]:
    """Everything between the gateway and the pixels, built but not yet connected.

    Parameters
    ----------
    problems
        What was wrong with the settings: it stops the start, once everything else has been looked at too.

    Raises
    ------
    StartError
        With every problem: no token, broken styles, a database that can't be used, a port that is taken.
    """
    async with contextlib.AsyncExitStack() as stack:
        problems = list(problems)
        listening = _listening(settings.telemetry, problems, stack)
        catalogue, store = await _sources(settings, problems, stack)
        pixels = await stack.enter_async_context(
            serving(
                settings.engine,
                workers=painter_workers(settings.workers),
                diffusion=Diffusion.of(settings, list(catalogue.values())),
            )
        )
        attachments = await stack.enter_async_context(Attachments(max_bytes=policy.MAX_PHOTO_BYTES))
        lane = replace(_lane(pixels.studio), alike=pixels.alike)
        relief = _lane(pixels.painter) if pixels.painter else None
        checker = await stack.enter_async_context(safety(settings.safety_model, settings.models))
        guard = Safety(checker, store, unchecked_direct=settings.unchecked_direct)
        metrics = telemetry.Metrics(catalogue)
        journey = Journey(store=store, lane=lane, relief=relief, attachments=attachments, safety=guard, witness=metrics)
        services = Services(
            journey=journey,
            store=store,
            catalogue=catalogue,
            house=guard.house,
            shelf=Shelf(store),
            comparer=Comparer(store=store, attachments=attachments, studio=pixels.studio),
            previews=Previews(settings.styles),
        )
        client = await stack.enter_async_context(AnimifyClient(services))
        await stack.enter_async_context(pixels.arriving(on_change=lane.dispatcher.wake))
        await stack.enter_async_context(answering(store, on_recall=journey.recall))
        if listening is not None:
            sources = telemetry.Sources(
                lanes={telemetry.MAIN: lane} | ({} if relief is None else {"relief": relief}),
                gateway=client,
                draining=partial(store.fact, DRAINING),
                closing=lambda: journey.closing,
            )
            await stack.enter_async_context(telemetry.serving(listening, telemetry.Health(sources), metrics))
        stack.push_async_callback(journey.close, patience=PATIENCE)  # first out: it still needs Discord
        yield client


def _lane(studio: Studio) -> Lane:
    return Lane(Dispatcher(lambda: studio.engine.slots), studio)


def _listening(address: Address | None, problems: list[str], stack: contextlib.AsyncExitStack) -> socket.socket | None:
    """Where metrics and health are told; opened first, so that a port that is taken is one of the problems."""
    if address is None:
        return None
    try:
        return stack.enter_context(telemetry.listening(*address))
    except OSError as error:
        why = error.strerror or str(error)
        problems.append(f"ANIMIFY_TELEMETRY: can't listen on {address}: {why}; name another address, or none")
        return None


async def run(settings: Settings, problems: Sequence[str] = ()) -> None:
    """Serve until SIGINT or SIGTERM, then stop in order.

    Raises
    ------
    StartError, LoginError
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with (
        bot(settings, problems) as client,
        housekeeping(client.services.store, servers_known=client.servers_known.wait),
    ):
        token = settings.token.get_secret_value() if settings.token else ""
        serving = asyncio.create_task(client.serve(token), name="discord")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stop.is_set():
            _log.info("stopping: what is late goes on after the next start", seconds=PATIENCE)
    await serving


@contextlib.asynccontextmanager
async def housekeeping(
    store: Store,
    *,
    servers_known: Callable[[], Awaitable[object]],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[None]:
    """Forget links and tokens once Discord has, at start and every minute; and old rows, every day.

    Parameters
    ----------
    servers_known
        Waits until the store knows which servers the bot is in: one that took it back while it was away keeps its rows.
    pause
        Waits between two times; tests put their own here.
    """

    async def wipe() -> None:
        await store.wipe_expired()

    async def prune() -> None:
        await servers_known()
        _log.info("old rows are gone", **await store.privacy.prune())

    tasks = {
        asyncio.create_task(_regularly(wipe, pause, every=_MINUTE), name="wipe"),
        asyncio.create_task(_regularly(prune, pause, every=_DAY), name="prune"),
    }
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _regularly(
    errand: Callable[[], Awaitable[None]], pause: Callable[[float], Awaitable[None]], *, every: float
) -> None:
    while True:
        try:
            await errand()
        except StoreError as error:
            _log.error("an errand of the house was not done", errand=errand.__name__, reason=str(error))
        except Exception:  # noqa: BLE001 - the boundary of a task that nobody awaits: the next time may do better
            _log.exception("an errand of the house broke", errand=errand.__name__)
        await pause(every)


async def _sources(
    settings: Settings, problems: list[str], stack: contextlib.AsyncExitStack
) -> tuple[Catalogue, Store]:
    problems += [] if settings.token else [NOT_SET]
    problems += Diffusion.of(settings, ()).problems(settings.engine)
    problems += safety_problems(settings.safety_model, settings.models)
    catalogue, store = None, None
    try:
        catalogue = load_styles(settings.styles)
    except StyleError as error:
        problems.append(str(error))
    if problems and not settings.database.exists() and settings.database.parent.is_dir():
        raise StartError(tuple(problems))  # a start that fails makes no new files
    try:
        store = await stack.enter_async_context(await Store.open(settings.database, default_limit=settings.daily_limit))
    except StoreError as error:
        problems.append(str(error))
    if problems or catalogue is None or store is None:
        raise StartError(tuple(problems))
    return catalogue, store
