"""How a planned fault looks to the client that it strikes."""

import asyncio

from aiohttp import web

from playground.cdn import Blob
from playground.faults import Fault
from playground.ratelimits import VIA
from playground.wire import limited

PIECES_PER_SECOND = 20
"""In how many pieces a slow file comes: so soon is noticed, too, that its reader has gone."""


async def strike(request: web.Request, fault: Fault) -> web.Response:
    """What comes instead of an answer; on a connection that is cut, nothing does."""
    if fault.request_bytes is not None:
        await _read(request, fault.request_bytes)
    if (fault.disconnect or fault.request_bytes is not None) and request.transport:
        request.transport.abort()
    if fault.retry_after is not None:
        return limited(fault.retry_after, "user", dict(VIA))
    return web.Response(status=fault.status, text="a fault on demand")


async def send_badly(request: web.Request, blob: Blob, fault: Fault) -> web.StreamResponse:
    """Send a file slowly, or no more than its beginning."""
    response = web.StreamResponse()
    response.content_type, response.content_length = blob.media_type, len(blob.data)
    await response.prepare(request)
    rest = blob.data[: fault.file_bytes]
    for left in range(max(1, round(fault.file_seconds * PIECES_PER_SECOND)), 0, -1):
        if fault.file_seconds:
            await asyncio.sleep(1 / PIECES_PER_SECOND)
        size = len(rest) // left
        await response.write(rest[:size])
        rest = rest[size:]
    if fault.file_bytes is not None and request.transport:
        request.transport.abort()
    return response


async def _read(request: web.Request, size: int) -> None:
    """Take this much of a request's body, or what there is."""
    async for data in request.content.iter_any():
        size -= len(data)
        if size <= 0:
            return
