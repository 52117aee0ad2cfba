"""The only place that makes processes: a Worker is one child that runs one function, one call at a time.

Why not `multiprocessing` or `concurrent.futures`: a child here reads strangers' bytes, so three things must hold that
those do not promise. It inherits no environment, since the bot's token may be in it. It does not import `__main__`
again, which would load the whole bot into it. And its answers are never unpickled by the process that holds the token:
a picture that takes a decoder over gains a process without the token in its environment or its memory, without a
file to write, and with some JSON to send. That is containment and no sandbox: the child runs as the same user.
"""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from engine.child import Note, Task
from engine.errors import DeadlineError, LostError
from engine.link import MAX_PAYLOAD, GarbledError, Header, Kind, Message, receive, send

__all__ = ["MAX_PAYLOAD", "Header", "Note", "Task", "Worker"]

_START_SECONDS = 60.0  # a cold disk and a busy machine; importing takes a second
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1"}  # a child owns one core
_BOOT = "import json, sys; sys.path[:], call = json.loads(sys.argv[1]); from engine.child import serve; serve(**call)"


class Worker:
    """One child process and one call at a time. The child is started when it is needed, and anew after it died.

    Parameters
    ----------
    task
        A module-level function. The child imports its module; no state of the parent goes along.
    name
        How errors call this worker.
    memory
        Bytes of address space that the child may use (RLIMIT_AS), where the system keeps such a limit (not on macOS).
    cpu_seconds
        CPU time that one call may use; the system ends the child within a second after that.
    """

    def __init__(self, task: Task, *, name: str, memory: int | None = None, cpu_seconds: int | None = None) -> None:
        self._name = name
        self._served: dict[str, Any] = {
            "module": task.__module__,
            "function": task.__name__,
            "memory": memory,
            "cpu_seconds": cpu_seconds,
        }
        self._turn = Lock()  # held for a whole call
        self._guard = Lock()  # held for moments, around the two attributes below
        self._child: _Child | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The child's process id, or None while there is no child."""
        child = self._child
        return None if child is None else child.process.pid

    def start(self) -> None:
        """Start the child now rather than at the first call, and wait until it has imported its task.

        Raises
        ------
        LostError
            It could not be started, or the worker is closed.
        """
        with self._turn, self._burying():
            self._ready()

    def call(
        self, header: Header, payload: bytes, *, deadline: float, on_note: Note | None = None
    ) -> tuple[Header, bytes]:
        """Run the task on `header` and `payload` in the child; block until it has answered.

        Parameters
        ----------
        deadline
            Seconds from now; starting a child is not counted.
        on_note
            Gets each note of the task, in the calling thread. What it raises ends the child and is passed on.

        Raises
        ------
        DeadlineError
            The deadline has passed, or the CPU time is used up. The child was ended.
        LostError
            The child died, or the task raised (only its type is told, its words may quote the photo), or the worker
            is closed.
        """
        with self._turn:
            with self._burying():
                kind, header, payload = self._ready().converse(
                    (Kind.CALL, header, payload), time.monotonic() + deadline, on_note
                )
            if kind is Kind.FAULT:
                raise LostError(f"{self._name}: the task failed with {header.get('type')}")
            return header, payload

    def close(self) -> None:
        """End the child and take no more calls. From another thread too: a call under way ends with LostError."""
        with self._guard:
            self._closed = True
            if self._child is not None:
                self._child.kill()
        with self._turn:
            self._bury()

    def _ready(self) -> "_Child":
        """Give the child, a new one where there is none or it died while it was idle."""
        if self._child is not None and self._child.process.poll() is None:
            return self._child
        self._bury()
        with self._guard:
            if self._closed:
                raise LostError(f"{self._name}: closed")
            child = self._child = _Child(self._name, self._served)
        kind, header, _ = child.receive(time.monotonic() + _START_SECONDS)
        if kind is not Kind.READY:
            raise LostError(f"{self._name}: could not start: {header.get('type')}")
        return child

    @contextmanager
    def _burying(self) -> Iterator[None]:
        """Whatever breaks a conversation off leaves a child that nobody can talk to: end it."""
        try:
            yield
        except BaseException:
            self._bury()
            raise

    def _bury(self) -> None:
        with self._guard:
            child, self._child = self._child, None
        if child is not None:
            child.end()


class _Child:
    """A process, and the parent's end of the link to it: where the system's errors become the engine's."""

    def __init__(self, name: str, served: dict[str, Any]) -> None:
        self._name = name
        self._link, theirs = socket.socketpair()
        with theirs:
            path = [str(Path(entry).absolute()) for entry in sys.path]
            boot = json.dumps([path, {**served, "descriptor": theirs.fileno()}])
            try:
                self.process = subprocess.Popen(  # noqa: S603 - our own interpreter, and no word of a stranger's
                    [sys.executable, "-P", "-B", "-c", _BOOT, boot],
                    env=_ENVIRONMENT,
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,  # native decoders print there, and what they print may quote the photo
                    start_new_session=True,  # Ctrl-C reaches the parent alone, which decides when its children end
                )
            except OSError as error:
                self._link.close()
                raise LostError(f"{name}: no process could be made: {error.strerror}") from None

    def converse(self, call: Message, until: float, on_note: Note | None) -> Message:
        """Send a call, pass the notes on, and give the message that ends it."""
        with self._translating():
            send(self._link, call, until)
        while True:
            message = self.receive(until)
            kind, header, _ = message
            if kind is not Kind.NOTE:
                return message
            if on_note is not None:
                on_note(header)

    def receive(self, until: float) -> Message:
        with self._translating():
            return receive(self._link, until)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise DeadlineError(f"{self._name}: the deadline has passed") from None
        except (OSError, GarbledError) as error:
            status = self.end()
            if status == -signal.SIGXCPU:
                raise DeadlineError(f"{self._name}: the CPU time is used up") from None
            raise LostError(f"{self._name}: lost ({type(error).__name__}, status {status})") from None

    def kill(self) -> None:
        """End the process and wake whoever waits for it: from any thread, at any time, any number of times."""
        with suppress(OSError):
            self._link.shutdown(socket.SHUT_RDWR)
        self.process.kill()

    def end(self) -> int:
        """Kill, wait, and give the status; a process that was dying keeps the status that it died of."""
        self.kill()
        self._link.close()
        return self.process.wait()
