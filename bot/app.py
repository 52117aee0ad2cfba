"""The composition root: builds, starts and stops every part, in reverse order; nothing else constructs."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Final

from bot import policy
from bot.attachments import Attachments
from bot.client import AnimifyClient
from bot.commands.services import Services
from bot.engines import Diffusion, painter_workers, serving
from bot.journey import Journey
from bot.lanes import Lane
from bot.settings import Settings
from bot.store import Store, StoreError
from engine.dispatcher import Dispatcher
from engine.studio import Studio
from styles import Catalogue, StyleError
from styles import load as load_styles

PATIENCE = 3.0
"""Seconds that journeys get to finish at a stop, and again to give up: with the rest it stays under ten."""

_HOUSEKEEPING_INTERVAL: Final = 60.0

_log = logging.getLogger(__name__)


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
        With every problem: no token, broken styles, a database that can't be used.
    """
    async with contextlib.AsyncExitStack() as stack:
        catalogue, store = await _sources(settings, list(problems), stack)
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
        journey = Journey(store=store, lane=lane, relief=relief, attachments=attachments)
        services = Services(journey=journey, store=store, catalogue=catalogue)
        client = await stack.enter_async_context(AnimifyClient(services))
        await stack.enter_async_context(pixels.arriving(on_change=lane.dispatcher.wake))
        stack.push_async_callback(journey.close, patience=PATIENCE)  # first out: it still needs Discord
        yield client


def _lane(studio: Studio) -> Lane:
    return Lane(Dispatcher(lambda: studio.engine.slots), studio)


async def run(settings: Settings, problems: Sequence[str] = ()) -> None:
    """Serve until SIGINT or SIGTERM, then stop in order.

    Raises
    ------
    StartError, LoginError
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with bot(settings, problems) as client, _housekeeping(client.services.store):
        token = settings.token.get_secret_value() if settings.token else ""
        serving = asyncio.create_task(client.serve(token), name="discord")
        stopping = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stop.is_set():
            _log.info("stopping: pictures under way get %.0f s, the rest goes on after the next start", PATIENCE)
    await serving


@contextlib.asynccontextmanager
async def _housekeeping(store: Store) -> AsyncIterator[None]:
    """Forget links and tokens once Discord has: at start, and every minute."""

    async def keep_house() -> None:
        while True:
            try:
                await store.wipe_expired()
            except StoreError as error:
                _log.error("expired secrets are not wiped: %s", error)
            await asyncio.sleep(_HOUSEKEEPING_INTERVAL)

    task = asyncio.create_task(keep_house(), name="housekeeping")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _sources(
    settings: Settings, problems: list[str], stack: contextlib.AsyncExitStack
) -> tuple[Catalogue, Store]:
    problems += [] if settings.token else [NOT_SET]
    problems += Diffusion.of(settings, ()).problems(settings.engine)
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
