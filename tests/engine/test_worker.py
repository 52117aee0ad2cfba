"""A Worker keeps its promises to both sides: the caller always gets an end, and the child never gets a secret."""

import os
import pickle
import select
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from engine.errors import DeadlineError, LostError
from engine.worker import MAX_PAYLOAD, Header, Task, Worker
from tests.engine import worker_tasks

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def running(task: Task, **limits: int) -> Iterator[Worker]:
    with closing(Worker(task, name="worker", **limits)) as worker:
        yield worker


def ask(worker: Worker, header: Header | None = None, payload: bytes = b"", **more: Any) -> tuple[Header, bytes]:
    return worker.call(header or {}, payload, **{"deadline": 20, **more})


def assert_works_again(worker: Worker, dead: int | None) -> None:
    """The next call starts another child, so the task must be one that may be asked twice."""
    worker.start()
    assert worker.pid not in {None, dead}


def test_a_call_gives_back_what_the_task_made_of_header_and_payload() -> None:
    payload = os.urandom(8 << 20)
    with running(worker_tasks.echo) as worker:
        assert ask(worker, {"size": [3, 4], "name": "é"}, payload) == ({"size": [3, 4], "name": "é"}, payload)


def test_nothing_is_started_before_it_is_needed() -> None:
    with running(worker_tasks.echo) as worker:
        assert worker.pid is None


def test_one_child_serves_call_after_call() -> None:
    with running(worker_tasks.echo) as worker:
        worker.start()
        first = worker.pid
        ask(worker)
        ask(worker)
        assert worker.pid == first is not None


def test_it_works_from_another_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with running(worker_tasks.echo) as worker:
        assert ask(worker, {"a": 1}) == ({"a": 1}, b"")


def test_notes_arrive_in_their_order_and_in_the_callers_thread() -> None:
    seen: list[tuple[int, int]] = []
    with running(worker_tasks.count) as worker:
        ask(worker, {"steps": 3}, on_note=lambda note: seen.append((note["step"], threading.get_ident())))
    assert seen == [(step, threading.get_ident()) for step in range(3)]


def test_notes_that_nobody_wants_are_dropped() -> None:
    with running(worker_tasks.count) as worker:
        assert ask(worker, {"steps": 3}, b"end") == ({}, b"end")


def test_what_a_note_raises_ends_the_child_and_reaches_the_caller() -> None:
    def refuse(_note: Header) -> None:
        raise TimeoutError("mine")

    with running(worker_tasks.wait) as worker:
        worker.start()
        dead = worker.pid
        with pytest.raises(TimeoutError, match="mine"):
            ask(worker, on_note=refuse)
        assert worker.pid is None
        assert_works_again(worker, dead)


def test_a_task_that_raises_costs_its_call_but_not_its_child() -> None:
    with running(worker_tasks.fail) as worker:
        worker.start()
        child = worker.pid
        with pytest.raises(LostError, match="ValueError"):
            ask(worker)
        assert worker.pid == child


def test_only_the_type_of_a_tasks_error_is_told() -> None:
    with running(worker_tasks.fail) as worker, pytest.raises(LostError) as caught:
        ask(worker, payload=b"bytes of a photo")
    assert "photo" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_crashed_child_is_lost_and_replaced() -> None:
    with running(worker_tasks.crash) as worker:
        worker.start()
        dead = worker.pid
        with pytest.raises(LostError, match=str(-signal.SIGSEGV)):
            ask(worker)
        assert_works_again(worker, dead)


def test_a_child_that_died_while_it_was_idle_is_replaced_unnoticed() -> None:
    with running(worker_tasks.echo) as worker:
        worker.start()
        dead = worker.pid
        assert worker._child is not None
        worker._child.process.kill()
        worker._child.process.wait()
        assert ask(worker, {"a": 1}) == ({"a": 1}, b"")
        assert worker.pid != dead


def test_a_task_that_cannot_be_imported_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_tasks.echo, "__module__", "tests.engine.no_such_module")
    with running(worker_tasks.echo) as worker, pytest.raises(LostError, match="could not start: ModuleNotFoundError"):
        worker.start()


def test_an_interpreter_that_cannot_be_run_is_a_lost_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with running(worker_tasks.echo) as worker, pytest.raises(LostError, match="no process could be made"):
        worker.start()


def test_the_deadline_ends_the_child() -> None:
    with running(worker_tasks.wait) as worker:
        worker.start()
        dead = worker.pid
        with pytest.raises(DeadlineError):
            ask(worker, deadline=0.05)
        assert worker.pid is None
        assert_works_again(worker, dead)


def test_half_a_message_does_not_outlive_the_deadline() -> None:
    with running(worker_tasks.write_raw) as worker, pytest.raises(DeadlineError):
        ask(worker, {"lengths": [100, 100]}, b"half", deadline=0.5)


@pytest.mark.parametrize(
    ("lengths", "raw"),
    [
        pytest.param([4, 0], b"\x80\x04N.", id="no JSON"),
        pytest.param([9, 0], b'["who",1]', id="an unknown kind"),
        pytest.param([12, 0], b'["answer",1]', id="a header that is no object"),
        pytest.param([60_000, 0], b"[" * 60_000, id="a deep nest"),
        pytest.param([1 << 31, 0], b"", id="an endless header"),
        pytest.param([2, MAX_PAYLOAD + 1], b"", id="an endless payload"),
    ],
)
def test_a_child_that_breaks_the_protocol_is_lost(lengths: list[int], raw: bytes) -> None:
    with running(worker_tasks.write_raw) as worker:
        with pytest.raises(LostError) as caught:
            ask(worker, {"lengths": lengths}, raw)
        assert not isinstance(caught.value, DeadlineError)
        assert worker.pid is None


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_no_answer_is_unpickled(tmp_path: Path) -> None:
    bomb = pickle.dumps(Bomb(tmp_path / "gone off"))
    with running(worker_tasks.write_raw) as worker, pytest.raises(LostError):
        ask(worker, {"lengths": [len(bomb), 0]}, bomb)
    with running(worker_tasks.echo) as worker:
        assert ask(worker, payload=bomb)[1] == bomb
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps RLIMIT_AS")
def test_a_child_cannot_take_more_memory_than_it_was_given() -> None:
    with running(worker_tasks.allocate, memory=256 << 20) as worker:
        assert ask(worker, {"bytes": 1 << 20}) == ({"length": 1 << 20}, b"")
        with pytest.raises(LostError, match="MemoryError"):
            ask(worker, {"bytes": 256 << 20})


def test_a_child_that_uses_its_cpu_time_up_has_missed_a_deadline() -> None:
    with running(worker_tasks.spin, cpu_seconds=1) as worker, pytest.raises(DeadlineError, match="CPU"):
        ask(worker)


def test_every_call_gets_the_whole_cpu_time() -> None:
    with running(worker_tasks.look_around, cpu_seconds=3) as worker:
        for _ in range(2):
            assert 3 <= ask(worker)[0]["cpu_left"] <= 4


def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "the token")
    with running(worker_tasks.look_around) as worker:
        about, _ = ask(worker)
    assert "DISCORD_TOKEN" not in about["environment"]
    assert "the token" not in str(about)


def test_the_child_imports_neither_the_callers_main_module_nor_the_bot() -> None:
    with running(worker_tasks.look_around) as worker:
        modules = ask(worker)[0]["modules"]
    assert not {"bot", "discord", "aiosqlite", "numpy", "pickle", "pytest"} & set(modules)


def test_the_child_can_write_neither_a_file_nor_a_core_dump() -> None:
    with running(worker_tasks.look_around) as worker:
        about, _ = ask(worker)
    assert (about["core"], about["file"]) == ([0, 0], [0, 0])


def test_what_the_child_prints_is_seen_by_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    with running(worker_tasks.print_photo) as worker:
        ask(worker, payload=b"bytes of a photo")
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_in_the_terminal_does_not_reach_the_child() -> None:
    with running(worker_tasks.look_around) as worker:
        assert ask(worker)[0]["session"] not in {os.getsid(0), 0}


def test_closing_from_another_thread_ends_a_call_that_is_under_way() -> None:
    begun = threading.Event()
    with ThreadPoolExecutor(1) as thread, running(worker_tasks.wait) as worker:
        call = thread.submit(ask, worker, on_note=lambda _: begun.set())
        assert begun.wait(20)
        worker.close()
        with pytest.raises(LostError):
            call.result(20)
        assert worker.pid is None


def test_a_closed_worker_takes_no_call() -> None:
    worker = Worker(worker_tasks.echo, name="worker")
    worker.close()
    worker.close()
    with pytest.raises(LostError, match="closed"):
        ask(worker)
    with pytest.raises(LostError, match="closed"):
        worker.start()


def test_workers_of_several_threads_do_not_disturb_each_other() -> None:
    def converse(name: str) -> list[bytes]:
        with running(worker_tasks.echo) as worker:
            return [ask(worker, payload=f"{name}{number}".encode())[1] for number in range(20)]

    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(converse, "abc"))
    assert answers == [[f"{name}{number}".encode() for number in range(20)] for name in "abc"]


def test_calls_from_several_threads_take_turns() -> None:
    with running(worker_tasks.echo) as worker, ThreadPoolExecutor(4) as threads:
        payloads = [bytes([number]) * 300_000 for number in range(12)]
        assert [payload for _, payload in threads.map(lambda one: ask(worker, payload=one), payloads)] == payloads


def test_the_death_of_the_parent_ends_the_child(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    script = f"""
        import os, signal
        from engine.worker import Worker
        from tests.engine import worker_tasks
        Worker(worker_tasks.keep_open, name="worker").call({{"pipe": {str(pipe)!r}}}, b"", deadline=20)
        os.write(1, b"held")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        command = [sys.executable, "-c", textwrap.dedent(script)]
        parent = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, timeout=30, check=False)
        assert (parent.returncode, parent.stdout) == (-signal.SIGKILL, b"held")
        ready, _, _ = select.select([reader], [], [], 20)  # the end of the pipe is the end of the child that held it
        assert ready, "the child outlived its parent"
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)
