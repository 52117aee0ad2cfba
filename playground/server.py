"""The loopback server: every call passes faults, authorisation and rate limits on its way to the handler."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from playground import rest_commands, rest_identity, rest_interactions, rest_messages, rest_threads, rest_webhooks
from playground.backend import Backend
from playground.calls import Call, Route
from playground.cdn import NotServedError
from playground.errors import Code, DiscordError
from playground.events import Violation
from playground.misfortunes import send_badly, strike
from playground.ratelimits import VIA
from playground.uploads import MAX_REQUEST
from playground.wire import as_json, limited

ROUTES = (
    *rest_identity.ROUTES,
    *rest_commands.ROUTES,
    *rest_messages.ROUTES,
    *rest_threads.ROUTES,
    *rest_interactions.ROUTES,
    *rest_webhooks.ROUTES,
)
API = "/discord.com/api/v10"
GATEWAYS = ("/gateway.discord.gg/", "/gateway-resume.discord.gg/")
CDN_HOSTS = (
    "/cdn.discordapp.com",
    "/media.discordapp.net",
    "/images-ext-1.discordapp.net",
    "/images-ext-2.discordapp.net",
)

COUNTED_AS_INVALID = frozenset({401, 403, 429})

WebHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Serves every host of Discord under one origin: the host is the first part of the path."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        app = web.Application(client_max_size=2 * MAX_REQUEST)
        for route in ROUTES:
            app.router.add_route(route.method, API + route.path, self._handler(route))
        for path in GATEWAYS:
            app.router.add_get(path, backend.gateway.serve)
        for host in CDN_HOSTS:
            app.router.add_get(host + "/{path:.*}", self._download)
        app.router.add_route("*", "/{path:.*}", self._unknown)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        self.origin = ""

    async def start(self) -> None:
        """Listen on a free port of 127.0.0.1, and nowhere else."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.origin = f"http://{host}:{port}"

    async def stop(self) -> None:
        self._backend.interactions.close()
        self._backend.gateway.close()
        await self._runner.cleanup()

    def _handler(self, route: Route) -> WebHandler:
        async def handle(request: web.Request) -> web.StreamResponse:
            fault = self._backend.faults.take(request.method, request.path.removeprefix(API))
            if fault and not fault.handled:
                return await strike(request, fault)
            response = await self._answer(route, request)
            return await strike(request, fault) if fault else response

        return handle

    async def _answer(self, route: Route, request: web.Request) -> web.Response:
        limits = self._backend.limits
        if limits.banned:
            return web.Response(status=429, text="You are being blocked from accessing our API temporarily")
        headers = dict(VIA)
        try:
            self._authorise(route, request)
            verdict = limits.spend(
                route.name, request.match_info.get(route.major, ""), counts_globally=not route.by_token
            )
            headers = dict(verdict.headers)
            if verdict.retry_after is not None:
                return self._too_many(route, verdict.retry_after, verdict.scope, headers)
            answer = await route.handler(Call(self._backend, request, route.name))
        except DiscordError as error:
            return self._refuse(route.name, error, headers)
        except (AttributeError, LookupError, TypeError, ValueError) as error:  # a body of no form that a rule foresaw
            what = f"the request could not be read: {type(error).__name__}"
            return self._refuse(route.name, DiscordError(Code.INVALID_FORM, "malformed", what), headers)
        return as_json(answer, headers)

    def _authorise(self, route: Route, request: web.Request) -> None:
        if not route.by_token and request.headers.get("Authorization") != f"Bot {self._backend.token}":
            raise DiscordError(Code.GENERAL, "unauthorized", "the Authorization header is not the bot's token")

    def _refuse(self, route: str, error: DiscordError, headers: dict[str, str]) -> web.Response:
        self._backend.violate(Violation(error.rule, error.what, route))
        if error.status in COUNTED_AS_INVALID:
            self._backend.limits.note_invalid()
        return as_json(error.body(), headers, error.status)

    def _too_many(self, route: Route, wait: float, scope: str, headers: dict[str, str]) -> web.Response:
        self._backend.limits.note_invalid()
        self._backend.violate(Violation("rate-limited", f"wait {wait:.3f} s ({scope})", route.name))
        return limited(wait, scope, headers)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        fault = self._backend.faults.take("GET", path)
        if fault and not fault.within_file:
            return await strike(request, fault)
        try:
            blob = self._backend.cdn.open(path, request.query_string)
        except NotServedError as error:
            self._backend.violate(Violation(error.rule, error.what, "GET cdn"))
            return web.Response(status=error.status, text="This content is no longer available.")
        if fault:
            return await send_badly(request, blob, fault)
        return web.Response(body=blob.data, content_type=blob.media_type)

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        what = f"{request.method} {request.path} is not modelled here"
        self._backend.violate(Violation("unknown-route", what, request.method))
        return as_json({"message": "404: Not Found", "code": 0}, dict(VIA), 404)
