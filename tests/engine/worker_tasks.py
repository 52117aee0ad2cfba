"""Tasks for the Worker's tests: a module of its own, because the child imports it."""

import json
import os
import resource
import signal
import socket
import struct
import sys

from engine.worker import Header, Note

_kept: list[int] = []


def echo(header: Header, payload: bytes, _note: Note) -> tuple[Header, bytes]:
    return header, payload


def count(header: Header, payload: bytes, note: Note) -> tuple[Header, bytes]:
    for step in range(header["steps"]):
        note({"step": step})
    return {}, payload


def fail(_header: Header, payload: bytes, _note: Note) -> tuple[Header, bytes]:
    raise ValueError(payload.decode())


def crash(_header: Header, _payload: bytes, _note: Note) -> tuple[Header, bytes]:
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def wait(_header: Header, _payload: bytes, note: Note) -> tuple[Header, bytes]:
    """Say so and never answer."""
    note({"waiting": True})
    while True:
        signal.pause()


def spin(_header: Header, _payload: bytes, _note: Note) -> tuple[Header, bytes]:
    while True:
        pass


def allocate(header: Header, _payload: bytes, _note: Note) -> tuple[Header, bytes]:
    return {"length": len(bytearray(header["bytes"]))}, b""


def look_around(_header: Header, _payload: bytes, _note: Note) -> tuple[Header, bytes]:
    """Tell what the process has and may do."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "environment": dict(os.environ),
        "modules": list(sys.modules),
        "session": os.getsid(0),
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "memory": resource.getrlimit(resource.RLIMIT_AS),
        "file": resource.getrlimit(resource.RLIMIT_FSIZE),
        "cpu_left": resource.getrlimit(resource.RLIMIT_CPU)[0] - usage.ru_utime - usage.ru_stime,
    }, b""


def print_photo(_header: Header, payload: bytes, _note: Note) -> tuple[Header, bytes]:
    os.write(1, payload)
    os.write(2, payload)
    return {}, b""


def keep_open(header: Header, _payload: bytes, _note: Note) -> tuple[Header, bytes]:
    """Hold a pipe's writing end for as long as the process lives."""
    _kept.append(os.open(header["pipe"], os.O_WRONLY))
    return {}, b""


def write_raw(header: Header, payload: bytes, _note: Note) -> tuple[Header, bytes]:
    """Break the protocol as a hijacked decoder could: write the payload to the link as it is, then hang."""
    _, served = json.loads(sys.argv[1])
    with socket.socket(fileno=served["descriptor"]) as link:
        link.sendall(struct.pack("!II", *header["lengths"]) + payload)
        while True:
            signal.pause()
