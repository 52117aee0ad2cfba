"""A client with no manners: it sends what it is told over plain HTTP and websockets, so that rules can be broken."""

import io
import json
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp

from playground import Channel, Guild, Interaction, Member, Message, Playground, ShiftingClock

API = "/discord.com/api/v10"
V2 = 1 << 15
EPHEMERAL = 1 << 6
PING = {"name": "ping", "description": "Say pong."}
PING_ANYWHERE = {**PING, "integration_types": [0, 1], "contexts": [0, 1, 2]}


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def refusal(self) -> tuple[int, int]:
        """HTTP status and Discord's code."""
        return self.status, self.body["code"]


class RawClient:
    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self.session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        files: Mapping[str, bytes] | None = None,
        token: str | None = None,
        data: bytes | None = None,
        content_type: str = "application/json",
    ) -> Reply:
        headers = {"Authorization": f"Bot {token or self.playground.token}"}
        payload: Any = data
        if files is not None:
            payload = aiohttp.FormData(quote_fields=False)
            payload.add_field("payload_json", json.dumps(body))
            for index, (name, content) in enumerate(files.items()):
                payload.add_field(f"files[{index}]", io.BytesIO(content), filename=name)
        elif body is not None:
            payload = json.dumps(body)
        if files is None:
            headers["Content-Type"] = content_type
        url = self.playground.origin + API + path
        async with self.session.request(method, url, data=payload, headers=headers) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return Reply(response.status, json.loads(text) if is_json else text, response.headers)

    async def register(self, *commands: Mapping[str, object]) -> Reply:
        return await self.call("PUT", f"/applications/{self.playground.application_id}/commands", list(commands))

    async def answer(self, interaction: Interaction, kind: int, data: object = None, **more: Any) -> Reply:
        path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
        return await self.call("POST", path, {"type": kind, "data": data}, **more)

    def webhook(self, interaction: Interaction, message: object = "") -> str:
        path = f"/webhooks/{self.playground.application_id}/{interaction.token}"
        return f"{path}/messages/{message}" if message else path

    async def fetch(self, url: str) -> int:
        """The status of a file on the content network."""
        address = url.replace("https://", self.playground.origin + "/")
        async with self.session.get(address) as response:
            return response.status


class RawGateway:
    """One websocket that is read by hand."""

    def __init__(self, client: RawClient, query: str = "v=10&encoding=json") -> None:
        self._client = client
        self._query = query
        self._inflate = zlib.decompressobj()

    async def __aenter__(self) -> Self:
        url = f"{self._client.playground.origin}/gateway.discord.gg/?{self._query}"
        self.socket = await self._client.session.ws_connect(url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()

    async def send(self, op: int, data: object = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, intents: int = 1, token: str | None = None) -> None:
        await self.send(2, {"token": token or self._client.playground.token, "intents": intents, "properties": {}})

    async def read(self, op: int = 0, name: str | None = None) -> Any:
        """The next frame of this op (and event name); others are skipped."""
        while True:
            message = await self.socket.receive(timeout=5)
            data = self._inflate.decompress(message.data) if isinstance(message.data, bytes) else message.data
            assert isinstance(data, str | bytes), f"closed with {self.socket.close_code}"
            frame = json.loads(data)
            if frame["op"] == op and (name is None or frame["t"] == name):
                return frame

    async def read_until(self, name: str) -> list[Any]:
        """All events up to the next of this name, which is the last of them."""
        frames = [await self.read()]
        while frames[-1]["t"] != name:
            frames.append(await self.read())
        return frames

    async def close_code(self) -> int | None:
        """Read until the server hangs up, and say with which code."""
        async for _ in self.socket:
            pass
        return self.socket.close_code


@asynccontextmanager
async def listening(client: RawClient, intents: int = 1) -> AsyncIterator[RawGateway]:
    """A websocket on which a session is ready."""
    async with RawGateway(client) as gateway:
        await gateway.identify(intents)
        await gateway.read(name="READY")
        yield gateway


@dataclass(frozen=True)
class Stage:
    """What most rules need: a place, a person, a client, and a clock that can be moved."""

    playground: Playground
    clock: ShiftingClock
    raw: RawClient
    guild: Guild
    channel: Channel
    mika: Member

    def rules(self) -> list[str]:
        """The rules that were broken, in order."""
        return [violation.rule for violation in self.playground.violations]

    async def send(self, body: Mapping[str, object]) -> Message:
        reply = await self.raw.call("POST", f"/channels/{self.channel.id}/messages", body)
        assert reply.status == 200, reply.body
        return self.channel.messages[-1]

    async def ping(self) -> Interaction:
        """An interaction that nobody has answered yet."""
        await self.raw.register(PING)
        return await self.mika.slash(self.channel, "ping")
