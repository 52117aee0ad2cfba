"""Who may speak with the page: a browser on this machine that was given its address, and no other site in it."""

import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

HOSTS = frozenset({"127.0.0.1", "localhost"})

HEADERS = {
    # what a message says can never run: no script but our own files, and no way to make HTML of a text
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Lets in who knows the key: from the address at first, from a cookie afterwards."""

    def __init__(self) -> None:
        self.key = secrets.token_urlsafe(16)
        self.cookie = f"page_{secrets.token_hex(4)}"  # cookies know no ports: another page must not overwrite it

    def install(self, app: web.Application) -> None:
        """Stand before every handler, and put the headers on every answer."""
        app.middlewares.append(self._check)
        app.on_response_prepare.append(_protect)

    @web.middleware
    async def _check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if URL(f"http://{request.host}").host not in HOSTS:  # another name that was made to lead here
            raise web.HTTPForbidden(text="This page answers to 127.0.0.1 alone.")
        if request.method not in ("GET", "HEAD") and request.headers.get("Origin") != f"http://{request.host}":
            raise web.HTTPForbidden(text="Only the page itself may do this.")
        arriving = request.path == "/" and self._fits(request.query.get("key"))
        if not arriving and not self._fits(request.cookies.get(self.cookie)):
            raise web.HTTPForbidden(text="Open the address that was printed in the terminal.")
        response = await handler(request)
        if arriving:
            response.set_cookie(self.cookie, self.key, httponly=True, samesite="Strict")
        return response

    def _fits(self, given: str | None) -> bool:
        return given is not None and secrets.compare_digest(given.encode(), self.key.encode())


async def _protect(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
