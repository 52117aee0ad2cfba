"""What a Worker's child runs: it confines itself, imports one function, and answers calls until its parent is gone."""

import importlib
import math
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

from engine.confinement import keep_memory_private
from engine.link import Header, Kind, receive, send

Note = Callable[[Header], None]
"""Sends a header to the caller while the call is still running."""

Task = Callable[[Header, bytes, Note], tuple[Header, bytes]]
"""What a child runs: a module-level function of a module that can be imported."""


def serve(*, descriptor: int, module: str, function: str, memory: int | None, cpu_seconds: int | None) -> None:
    """Be the child at the other end of the socket `descriptor`. Returns when the parent has closed it or died."""
    _confine(memory)
    with suppress(ConnectionError), socket.socket(fileno=descriptor) as link:
        try:
            task: Task = getattr(importlib.import_module(module), function)
        except Exception as error:  # noqa: BLE001 - the boundary between processes: an import can fail in any way
            send(link, (Kind.FAULT, {"type": type(error).__name__}, b""))
            return
        send(link, (Kind.READY, {}, b""))
        while True:
            _answer(link, task, cpu_seconds)


def _confine(memory: int | None) -> None:
    """Give up what no task needs: a core dump or a file would put a photo on the disk."""
    keep_memory_private()
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if memory is not None and sys.platform == "linux":  # macOS knows the limit and does not keep it
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _answer(link: socket.socket, task: Task, cpu_seconds: int | None) -> None:
    """Serve one call; a function of its own, so that no variable holds a photo while the child waits for the next."""
    _, header, payload = receive(link)
    if cpu_seconds is not None:
        _allow_cpu(cpu_seconds)
    try:
        header, payload = task(header, payload, lambda note: send(link, (Kind.NOTE, note, b"")))
    except ConnectionError:
        raise  # the parent went away during a note
    except Exception as error:  # noqa: BLE001 - the boundary between processes: only the type's name may cross it
        send(link, (Kind.FAULT, {"type": type(error).__name__}, b""))
    else:
        send(link, (Kind.ANSWER, header, payload))


def _allow_cpu(seconds: int) -> None:
    """Move the limit, which counts for the whole life of a process, to `seconds` from now."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(usage.ru_utime + usage.ru_stime + seconds), hard))
