"""Slow work beside the event loop, in a thread that a program which must end does not wait for."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

_Result = TypeVar("_Result")


async def aside(work: Callable[[], _Result], name: str) -> _Result:
    """Give what the work gives, or raise what it raises. Cancelled, it leaves the work to itself.

    `asyncio.to_thread` would do, but for the executor, whose threads are waited for when the loop ends: importing torch
    takes many seconds on a slow disk.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def settle(result: _Result | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # without an error it is one

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as raised:  # noqa: BLE001 - handed on, whatever it is
            error = raised
        with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            loop.call_soon_threadsafe(settle, result, error)

    Thread(target=run, name=name, daemon=True).start()
    return await done
