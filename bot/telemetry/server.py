"""The web server that tells: /metrics for Prometheus, /healthz and /readyz for whatever restarts and routes."""

import contextlib
import ipaddress
import json
import socket
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web

from bot.telemetry.health import Health, Report
from bot.telemetry.metrics import Metrics

PATIENCE: Final = 1.0
"""Seconds that open requests get at a stop."""

_log = structlog.stdlib.get_logger(__name__)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; whoever gets it closes it.

    Parameters
    ----------
    host
        An IP address. One that other machines reach is warned of: whoever reaches it reads along.
    port
        0 for any that is free.

    Raises
    ------
    OSError
        The port is in use, or the address is none of this machine's.
    """
    address = ipaddress.ip_address(host)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004 - the version is the number
    opened = socket.create_server((host, port), family=family)
    if not address.is_loopback:
        _log.warning("metrics and health can be read from other machines", address=host, port=port)
    return opened


@contextlib.asynccontextmanager
async def serving(listening: socket.socket, health: Health, metrics: Metrics) -> AsyncIterator[None]:
    """Answer on the socket until the end of the context."""

    async def healthz(_request: web.Request) -> web.Response:
        report = await health.look()
        return _told(report, fine=report.alive)

    async def readyz(_request: web.Request) -> web.Response:
        report = await health.look()
        return _told(report, fine=report.ready)

    async def scraped(request: web.Request) -> web.Response:
        text, kind = metrics.written(health.sources, await health.look(), request.headers.get("Accept", ""))
        return web.Response(body=text, headers={"Content-Type": kind})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", scraped)])
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=PATIENCE)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()


def _told(report: Report, *, fine: bool) -> web.Response:
    parts = {name: {"alive": part.alive, "ready": part.ready, **part.said} for name, part in report.parts.items()}
    body = {"ok": fine, "taking": report.taking, "parts": parts}
    status = HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE
    return web.json_response(body, status=status, dumps=lambda value: json.dumps(value, indent=2))
