"""A gateway session, which outlives its connections, and one connection of it."""

import asyncio
import json
import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum

from aiohttp import web

from playground.errors import Json


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode(IntEnum):
    """Why the gateway hangs up (topics/opcodes-and-status-codes)."""

    NORMAL = 1000
    GOING_AWAY = 1001
    UNKNOWN = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class GatewayClosedError(Exception):
    """The gateway hangs up on this connection."""

    def __init__(self, code: CloseCode, rule: str, what: str) -> None:
        self.code = code
        self.rule = rule
        self.what = what
        super().__init__(f"{int(code)} {rule}: {what}")


class Connection:
    """One websocket: frames leave it in order, compressed as the client asked (zlib-stream, or not at all)."""

    def __init__(self, socket: web.WebSocketResponse, compression: str | None) -> None:
        self.socket = socket
        self._outbox: asyncio.Queue[str | CloseCode] = asyncio.Queue()
        self.session: Session | None = None
        self.hung_up = False
        self._deflate = zlib.compressobj() if compression == "zlib-stream" else None

    def send(self, op: Op, data: object = None) -> None:
        self.send_frame(json.dumps({"op": int(op), "d": data, "s": None, "t": None}))

    def send_frame(self, frame: str) -> None:
        self._outbox.put_nowait(frame)

    def close(self, code: CloseCode) -> None:
        """Hang up once everything sent so far is out."""
        self.hung_up = True
        self._outbox.put_nowait(code)

    async def write(self) -> None:
        """Write what is sent until told to close."""
        while not isinstance(frame := await self._outbox.get(), CloseCode):
            try:
                await self._write(frame)
            except ConnectionError:
                return
        await self.socket.close(code=frame)

    async def _write(self, frame: str) -> None:
        if self._deflate is None:
            await self.socket.send_str(frame)
            return
        packed = self._deflate.compress(frame.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(packed)


@dataclass(slots=True, eq=False)
class Session:
    """What RESUME takes up again: the intents, and every dispatch that the client has not yet acknowledged."""

    id: str
    intents: int
    connection: Connection | None
    sequence: int = 0
    unacknowledged: deque[tuple[int, str]] = field(default_factory=deque)

    def dispatch(self, name: str, data: Json) -> None:
        """Send an event, or keep it for the resume while nobody is connected."""
        self.sequence += 1
        frame = json.dumps({"op": int(Op.DISPATCH), "d": data, "s": self.sequence, "t": name})
        self.unacknowledged.append((self.sequence, frame))
        if self.connection:
            self.connection.send_frame(frame)

    def acknowledge(self, sequence: int) -> None:
        """Forget what a heartbeat says has arrived."""
        while self.unacknowledged and self.unacknowledged[0][0] <= sequence:
            self.unacknowledged.popleft()

    def replay(self, after: int) -> None:
        """Send again everything later than `after`."""
        if self.connection:
            for sequence, frame in self.unacknowledged:
                if sequence > after:
                    self.connection.send_frame(frame)
