"""The gateway: hello, identify, heartbeats, dispatch by intent, resume with replay, and hanging up on rule-breakers."""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager

from aiohttp import WSMsgType, web

from playground.clock import Clock
from playground.errors import Json
from playground.events import EventKind, EventLog, Violation
from playground.sessions import CloseCode, Connection, GatewayClosedError, Op, Session

API_VERSION = "10"
GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
DIRECT_MESSAGES = 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
KNOWN_INTENTS = (1 << 26) - 1

MAX_EVENTS, EVENTS_WINDOW = 120, 60.0
"""How many messages a client may send in how many seconds."""

ACK_DELAY = 0.05
"""Seconds until a heartbeat is acknowledged: clients note when they sent it only after it has left, on a thread of
their own, and would measure from the heartbeat before if the answer were faster than any network."""

HEARTBEAT_GRACE = 1.5
"""A client is given up after this many heartbeat intervals without one."""


class Ready(asyncio.Event):
    """Set while a session is ready; may be awaited itself."""

    def __await__(self) -> Generator[object, None, bool]:
        return self.wait().__await__()


class Gateway:
    """All sessions of the one application.

    Parameters
    ----------
    token : str
        The bot's token.
    allowed_intents : int
        Privileged intents that are switched on for the application.
    greeting : callable
        Gives READY's own fields and the guilds to be sent after it.
    heartbeat_interval, identify_interval : float
        Seconds between heartbeats, and between two IDENTIFYs.
    """

    def __init__(
        self,
        clock: Clock,
        events: EventLog,
        token: str,
        *,
        allowed_intents: int,
        greeting: Callable[[], tuple[Json, list[Json]]],
        heartbeat_interval: float,
        identify_interval: float,
        violate: Callable[[Violation], None],
    ) -> None:
        self.ready = Ready()
        self._clock = clock
        self._events = events
        self._token = token
        self._allowed_intents = allowed_intents
        self._greeting = greeting
        self._heartbeat_interval = heartbeat_interval
        self._identify_interval = identify_interval
        self._violate = violate
        self._last_identify = float("-inf")
        self._sessions: dict[str, Session] = {}
        self._connections: set[Connection] = set()

    def dispatch(self, name: str, data: Json, *, intents: int = 0) -> None:
        """Send an event to every session that asked for one of `intents` (0: for none)."""
        for session in self._sessions.values():
            if not intents or session.intents & intents:
                session.dispatch(name, data)

    def drop(self, *, resumable: bool = True) -> None:
        """Hang up; unless `resumable`, the session is lost with its undelivered events."""
        code = CloseCode.UNKNOWN if resumable else CloseCode.SESSION_TIMED_OUT
        if not resumable:
            self._sessions.clear()
        self._close_all(code)

    def ask_reconnect(self) -> None:
        """Send op 7, as before Discord restarts a gateway node: the client should come back by RESUME."""
        for connection in self._connections:
            connection.send(Op.RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send op 9; unless `resumable`, the client must IDENTIFY anew."""
        if not resumable:
            self._sessions.clear()
        for connection in self._connections:
            connection.send(Op.INVALID_SESSION, resumable)

    def close(self) -> None:
        """Hang up for good, at the end of the world."""
        self._close_all(CloseCode.GOING_AWAY)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from the upgrade to its end."""
        socket = web.WebSocketResponse(timeout=1.0)
        await socket.prepare(request)
        connection = Connection(socket, request.query.get("compress"))
        async with self._writing(connection):
            try:
                _check_version(request)
                await self._listen(connection)
            except GatewayClosedError as error:
                self._violate(Violation(error.rule, error.what, "gateway"))
                connection.close(error.code)
            finally:
                self._detach(connection)
        return socket

    @asynccontextmanager
    async def _writing(self, connection: Connection) -> AsyncIterator[None]:
        writer = asyncio.create_task(connection.write())
        self._connections.add(connection)
        try:
            yield
        finally:
            self._connections.discard(connection)
            connection.close(CloseCode.NORMAL)
            await writer

    async def _listen(self, connection: Connection) -> None:
        connection.send(Op.HELLO, {"heartbeat_interval": int(self._heartbeat_interval * 1000)})
        recent: deque[float] = deque()
        grace = self._heartbeat_interval * HEARTBEAT_GRACE
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(grace) as patience:
                async for message in connection.socket:
                    if message.type is not WSMsgType.TEXT:
                        raise GatewayClosedError(CloseCode.DECODE_ERROR, "gateway-encoding", "not a text message")
                    self._count(recent)
                    if self._receive(connection, message.data) is Op.HEARTBEAT:
                        patience.reschedule(loop.time() + grace)
        except TimeoutError:
            what = f"no heartbeat for {grace:g} s"
            raise GatewayClosedError(CloseCode.SESSION_TIMED_OUT, "heartbeat-missed", what) from None

    def _count(self, recent: deque[float]) -> None:
        now = self._clock()
        recent.append(now)
        while recent[0] <= now - EVENTS_WINDOW:
            recent.popleft()
        if len(recent) > MAX_EVENTS:
            what = f"more than {MAX_EVENTS} messages in {EVENTS_WINDOW:g} s"
            raise GatewayClosedError(CloseCode.RATE_LIMITED, "gateway-rate-limited", what)

    def _receive(self, connection: Connection, text: str) -> Op:
        try:
            message = json.loads(text)
            op, data = Op(message["op"]), message.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            code = CloseCode.UNKNOWN_OPCODE if text.startswith("{") else CloseCode.DECODE_ERROR
            raise GatewayClosedError(code, "gateway-payload", "no JSON object with a known op") from None
        session = connection.session
        match op:
            case Op.HEARTBEAT:
                if session and data is not None:
                    session.acknowledge(data)
                asyncio.get_running_loop().call_later(ACK_DELAY, connection.send, Op.HEARTBEAT_ACK)
            case Op.IDENTIFY | Op.RESUME if session:
                raise GatewayClosedError(CloseCode.ALREADY_AUTHENTICATED, "identified-twice", "one IDENTIFY or RESUME")
            case Op.IDENTIFY:
                self._identify(connection, data or {})
            case Op.RESUME:
                self._resume(connection, data or {})
            case Op.PRESENCE | Op.VOICE_STATE | Op.REQUEST_MEMBERS if session:
                pass
            case Op.PRESENCE | Op.VOICE_STATE | Op.REQUEST_MEMBERS:
                raise GatewayClosedError(CloseCode.NOT_AUTHENTICATED, "not-identified", f"{op.name} before IDENTIFY")
            case _:
                raise GatewayClosedError(CloseCode.UNKNOWN_OPCODE, "gateway-payload", f"clients don't send {op.name}")
        return op

    def _identify(self, connection: Connection, data: Json) -> None:
        self._authenticate(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or not 0 <= intents <= KNOWN_INTENTS:
            raise GatewayClosedError(CloseCode.INVALID_INTENTS, "invalid-intents", f"intents {intents}")
        if intents & PRIVILEGED & ~self._allowed_intents:
            what = "a privileged intent is not switched on for this application"
            raise GatewayClosedError(CloseCode.DISALLOWED_INTENTS, "disallowed-intents", what)
        now = self._clock()
        if now - self._last_identify < self._identify_interval:
            self._violate(Violation("identify-too-soon", f"one in {self._identify_interval:g} s", "gateway"))
            connection.send(Op.INVALID_SESSION, data=False)
            return
        self._last_identify = now
        self._sessions = {each.id: each for each in self._sessions.values() if each.connection}
        session = Session(secrets.token_hex(16), intents, connection)
        self._sessions[session.id] = session
        connection.session = session
        self._welcome(session)

    def _welcome(self, session: Session) -> None:
        fields, guilds = self._greeting()
        session.dispatch("READY", fields | {"v": int(API_VERSION), "session_id": session.id})
        if session.intents & GUILDS:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", guild)
        self.ready.set()
        self._events.emit(EventKind.READY)

    def _resume(self, connection: Connection, data: Json) -> None:
        self._authenticate(data)
        session = self._sessions.get(data.get("session_id", ""))
        if session is None:
            connection.send(Op.INVALID_SESSION, data=False)
            return
        sequence = data.get("seq")
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise GatewayClosedError(CloseCode.INVALID_SEQUENCE, "invalid-sequence", f"seq {sequence}")
        session.connection, connection.session = connection, session
        session.replay(sequence)
        session.dispatch("RESUMED", {})
        self.ready.set()
        self._events.emit(EventKind.RESUMED)

    def _authenticate(self, data: Json) -> None:
        if data.get("token", "").removeprefix("Bot ") != self._token:
            raise GatewayClosedError(CloseCode.AUTHENTICATION_FAILED, "wrong-token", "the token is not the bot's")

    def _detach(self, connection: Connection) -> None:
        session = connection.session
        if session is None or session.connection is not connection:
            return
        session.connection = None
        if not connection.hung_up and connection.socket.close_code in (CloseCode.NORMAL, CloseCode.GOING_AWAY):
            self._sessions.pop(session.id, None)
        if not any(each.connection for each in self._sessions.values()):
            self.ready.clear()
        self._events.emit(EventKind.DISCONNECTED)

    def _close_all(self, code: CloseCode) -> None:
        for connection in self._connections:
            connection.close(code)


def _check_version(request: web.Request) -> None:
    if request.query.get("v") != API_VERSION or request.query.get("encoding", "json") != "json":
        raise GatewayClosedError(CloseCode.INVALID_VERSION, "gateway-version", "v=10&encoding=json only")
