"""Slow work beside the event loop."""

import asyncio
import threading

import pytest

from engine.aside import aside


async def test_it_gives_what_the_work_gives_and_another_thread_does_it() -> None:
    assert await aside(threading.get_ident, "work") != threading.get_ident()


async def test_it_raises_what_the_work_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        await aside(lambda: 1 // 0, "work")


async def test_a_program_that_must_end_waits_for_none_of_it() -> None:
    gate, begun = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        gate.wait(10)

    task = asyncio.create_task(aside(work, "stubborn"))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()
    (thread,) = [each for each in threading.enumerate() if each.name == "stubborn"]
    assert thread.daemon
    gate.set()
    thread.join()
