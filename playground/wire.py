"""Answers as they go over the wire: JSON in the form that discord.py reads, and the 429."""

import json

from aiohttp import web

from playground.calls import Answer
from playground.errors import Json


def as_json(answer: Answer, headers: dict[str, str], status: int = 200) -> web.Response:
    """A JSON answer, whose content type discord.py wants to read exactly so."""
    if answer is None:
        return web.Response(status=204, headers=headers)
    body = json.dumps(answer).encode()
    return web.Response(body=body, status=status, headers=headers | {"Content-Type": "application/json"})


def limited(wait: float, scope: str, headers: dict[str, str]) -> web.Response:
    """Discord's 429: wait so many seconds, by the limit of this scope ("user", "global")."""
    body: Json = {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": scope == "global"}
    extra = {"Retry-After": str(int(wait) + 1), "X-RateLimit-Scope": scope}
    return as_json(body, headers | extra, 429)
