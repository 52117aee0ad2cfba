"""The messages between a Worker and its child: kind and header in JSON, then raw bytes. Nothing is ever unpickled."""

import json
import socket
import struct
import time
from enum import StrEnum
from typing import Any

Header = dict[str, Any]
"""What travels beside the raw bytes: anything that JSON can hold."""

MAX_PAYLOAD = 64 << 20
"""The most bytes of one message: twice the largest file that is read, several times the largest picture."""

_MAX_HEADER = 64 << 10
_LENGTHS = struct.Struct("!II")


class Kind(StrEnum):
    """What a message is."""

    CALL = "call"
    READY = "ready"
    NOTE = "note"
    ANSWER = "answer"
    FAULT = "fault"  # something raised in the child; the header names the type


Message = tuple[Kind, Header, bytes]


class GarbledError(Exception):
    """The other side does not keep to the protocol."""


def send(link: socket.socket, message: Message, until: float | None = None) -> None:
    """Send one message before `until` (on the monotonic clock).

    Raises
    ------
    OSError
        TimeoutError: `until` has passed. ConnectionError: the other side is gone.
    """
    kind, header, payload = message
    text = json.dumps([kind, header]).encode()
    for part in (_LENGTHS.pack(len(text), len(payload)), text, payload):
        _arm(link, until)
        link.sendall(part)


def receive(link: socket.socket, until: float | None = None) -> Message:
    """Wait for one message until `until` (on the monotonic clock).

    Raises
    ------
    OSError
        TimeoutError: `until` has passed. ConnectionError: the other side is gone.
    GarbledError
        It is no message of ours, or longer than one may be.
    """
    header_length, payload_length = _LENGTHS.unpack(_read(link, _LENGTHS.size, until))
    if header_length > _MAX_HEADER or payload_length > MAX_PAYLOAD:
        raise GarbledError
    text, payload = _read(link, header_length, until), _read(link, payload_length, until)
    try:
        kind, header = json.loads(text)
        return Kind(kind), dict(header), payload
    except (ValueError, TypeError, RecursionError):
        raise GarbledError from None


def _read(link: socket.socket, length: int, until: float | None) -> bytes:
    buffer = bytearray(length)
    rest = memoryview(buffer)
    while rest:
        _arm(link, until)
        count = link.recv_into(rest)
        if not count:
            raise ConnectionResetError
        rest = rest[count:]
    return bytes(buffer)


def _arm(link: socket.socket, until: float | None) -> None:
    """Let the next operation wait for what is left of the time, so that a dribble of bytes outlives no deadline."""
    if until is None:
        return
    remaining = until - time.monotonic()
    if remaining <= 0:  # a timeout of zero would mean "never wait", which fails in another way
        raise TimeoutError
    link.settimeout(remaining)
