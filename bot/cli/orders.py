"""An order of the operator: put to the running bot, which answers it, or carried out right here if none is running."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from bot.cli.failure import CommandError
from bot.settings import Settings
from bot.store import Answer, DatabaseLockedError, Order, Store, beside, commands
from bot.store.beside import Beside

PATIENCE: Final = 5.0
"""Seconds that the running bot has to answer; it looks once a second."""

LOOK: Final = 0.1
"""Seconds between two looks for its answer."""


def carried_out(settings: Settings, order: Order) -> Answer:
    """By the bot that runs, or else by ourselves, with its lock in our hands.

    Raises
    ------
    CommandError
        The running bot does not answer.
    StoreError
    """
    with beside.opened(settings.database, writes=True, any_schema=True):
        pass  # there is one: opening a store would make it
    try:
        return asyncio.run(_carry_out(settings, order))
    except DatabaseLockedError:
        with beside.opened(settings.database, writes=True) as database:
            answer = ask(database, order)
    if answer is None:
        raise CommandError(
            f"the bot that runs on {settings.database} did not answer within {PATIENCE:.0f} seconds, so the command was"
            " taken back and nothing was changed. If it is just starting, try again; else look into its log"
        )
    return answer


async def _carry_out(settings: Settings, order: Order) -> Answer:
    async with await Store.open(settings.database, default_limit=settings.daily_limit) as store:
        return await store.operator.carry_out(order)


def ask(database: Beside, order: Order, *, pause: Callable[[float], None] = time.sleep) -> Answer | None:
    """Put an order to the running bot, and wait for its answer; None if there is none: the order is taken back then.

    Parameters
    ----------
    pause
        Waits between two looks.
    """
    command_id = database.transact(lambda tx: commands.put(tx, order))
    answer = None
    try:
        for _ in range(round(PATIENCE / LOOK)):
            pause(LOOK)
            answer = database.transact(lambda tx: commands.take_answer(tx, command_id))
            if answer is not None:
                break
    finally:
        answer = answer or database.transact(lambda tx: commands.withdraw(tx, command_id))
    return answer
