"""The page's own server on 127.0.0.1: its files, the pictures, what happens, and what people do."""

import asyncio
import mimetypes
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Self
from urllib.parse import quote

from aiohttp import web

from playground.errors import DiscordError, Json
from playground.interactions import Interaction
from playground.member import Member
from playground.page import actions, posted, stream
from playground.page.actions import Deed
from playground.page.guard import Guard
from playground.page.views import View
from playground.playground import Playground
from playground.values import CDN

PICTURES = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"})
"""What is shown in place; anything else is a download, whatever its sender called it."""

SANDBOX = "default-src 'none'; sandbox"


class Page:
    """A chat page for the browser of this machine, alive inside ``async with``.

    Parameters
    ----------
    people : mapping
        Whom one may be on it, the first at the beginning, each with a few words about them.
    command : str
        The command that an empty channel suggests.
    languages : mapping
        What people may speak on it: names by Discord's locales.
    port : int
        Where it listens on 127.0.0.1; 0 is any that is free. OSError, on entering, where it is taken.
    """

    def __init__(
        self,
        playground: Playground,
        people: Mapping[Member, str],
        *,
        command: str,
        languages: Mapping[str, str] = MappingProxyType({"en-US": "English"}),
        port: int = 0,
    ) -> None:
        self._playground = playground
        self._people = {person.id: person for person in people}
        self._about = {
            "people": [{"id": str(person.id), "about": about} for person, about in people.items()],
            "command": command,
            "languages": dict(languages),
        }
        self._port = port
        self._used: dict[int, str] = {}
        self._listeners: set[asyncio.Task[object]] = set()
        self._files = _files()
        self._guard = Guard()
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Where a browser opens it; the key in it is a secret of this machine's."""
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}/?key={self._guard.key}"

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=posted.MAX_BODY)
        self._guard.install(app)
        app.on_shutdown.append(self._hang_up)
        app.router.add_get("/about", self._tell_about)
        app.router.add_get("/events", self._tell_events)
        app.router.add_get("/commands", self._tell_commands)
        app.router.add_get("/cdn/{path:.+}", self._download)
        app.router.add_post("/do/{verb}", self._do)
        app.router.add_get("/{file:[^/]*}", self._file)
        return app

    async def _file(self, request: web.Request) -> web.Response:
        name = request.match_info["file"] or "index.html"
        if name not in self._files:
            raise web.HTTPNotFound
        return web.Response(body=self._files[name], content_type=mimetypes.guess_type(name)[0], charset="utf-8")

    async def _tell_about(self, _: web.Request) -> web.Response:
        return web.json_response(self._about)

    async def _tell_events(self, request: web.Request) -> web.StreamResponse:
        task = asyncio.current_task()
        if task is not None:
            self._listeners.add(task)
            task.add_done_callback(self._listeners.discard)
        return await stream.tell(request, self._playground.events, self._view(self._person(request.query["as"])))

    async def _tell_commands(self, request: web.Request) -> web.Response:
        channel = self._playground.channel(int(request.query["in"])).state
        return web.json_response(self._view(self._person(request.query["as"])).commands(channel))

    async def _download(self, request: web.Request) -> web.Response:
        blob = self._playground.cdn.read(f"{CDN}/{quote(request.match_info['path'])}")
        if blob is None:
            raise web.HTTPNotFound
        headers = {"Content-Security-Policy": SANDBOX}
        if blob.content_type not in PICTURES:
            headers["Content-Disposition"] = "attachment"
            return web.Response(body=blob.data, headers=headers, content_type="application/octet-stream")
        return web.Response(body=blob.data, headers=headers, content_type=blob.content_type)

    async def _do(self, request: web.Request) -> web.Response:
        """What a person does; 422 with one sentence where a client would not let them."""
        verb = request.match_info["verb"]
        form = await posted.read(request)
        try:
            deed = Deed(self._playground, self._person(str(form.body["as"])), form)
            return web.json_response(await self._done(verb, deed))
        except DiscordError as error:
            return _refused(error.what)
        except (LookupError, TypeError, ValueError) as error:
            return _refused(str(error.args[0] if error.args else error))

    async def _done(self, verb: str, deed: Deed) -> Json:
        if verb in actions.OTHERS:
            return await actions.OTHERS[verb](deed)
        name = actions.name_of(deed, verb)
        interaction = await actions.STARTS[verb](deed)
        self._remember(deed, interaction, name)
        return await actions.outcome(interaction)

    def _remember(self, deed: Deed, interaction: Interaction, name: str | None) -> None:
        """What it was called; a form goes by the name of what opened it."""
        opened_by = int(deed.posted.body.get("interaction", 0))
        if used := name or self._used.get(opened_by):
            self._used[interaction.id] = used

    def _person(self, user_id: str) -> Member:
        return self._people[int(user_id)]

    def _view(self, person: Member) -> View:
        return View(self._playground, person, self._used)

    async def _hang_up(self, _: web.Application) -> None:
        for task in self._listeners:
            task.cancel()


def _files() -> dict[str, bytes]:
    """The page's own files by name."""
    folder = resources.files("playground.page") / "static"
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def _refused(sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=422)
