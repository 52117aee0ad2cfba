"""The operator's commands from a shell, answered by the running bot."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from functools import partial
from typing import Final

import structlog

from bot.answers import refunded
from bot.store import Outcome, Store, StoreError
from bot.ui import words
from bot.ui.status import Saying
from bot.values.rules import Standing

INTERVAL: Final = 1.0
"""Seconds between two looks: an answer is there within two."""

OnRecall = Callable[[Collection[str], Saying], object]
"""Told which journeys to end, since their jobs are cancelled, and what their cards say."""

_log = structlog.stdlib.get_logger(__name__)


@contextlib.asynccontextmanager
async def answering(
    store: Store, *, on_recall: OnRecall, pause: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> AsyncIterator[None]:
    """Answer commands until the end of the context.

    Parameters
    ----------
    pause
        Waits between two looks; tests put their own here.
    """

    async def answer_all() -> None:
        while True:
            try:
                await _answer(store, on_recall)
            except StoreError as error:  # the shell says so too, and takes its command back
                _log.error("the operator's commands are not answered", reason=str(error))
            await pause(INTERVAL)

    task = asyncio.create_task(answer_all(), name="control")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _answer(store: Store, on_recall: OnRecall) -> None:
    """Raises StoreError, and nothing else."""
    try:
        for outcome in await store.operator.answer():
            _tell(outcome, on_recall)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - the boundary of a task that nobody awaits: another process wrote these commands
        _log.exception("a command of the operator broke")
        await store.operator.give_up()


def _tell(outcome: Outcome, on_recall: OnRecall) -> None:
    _log.info(
        "a command of the operator",
        command=outcome.command_id,
        action=outcome.name,
        done=outcome.answer.ok,
        cancelled=len(outcome.cancelled),
    )
    if outcome.cancelled and outcome.refusal is not None:
        on_recall(outcome.cancelled, refunded(partial(words.refusal, outcome.refusal, Standing())))
