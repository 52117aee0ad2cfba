"""What a browser posts: a JSON object, or multipart with that object and files under their fields' names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web

from playground.errors import DiscordError, Json
from playground.uploads import MAX_FILES, Upload, parse_object
from playground.values import MEBIBYTE

MAX_FILE = 26 * MEBIBYTE
MAX_BODY = 80 * MEBIBYTE
"""A person sends at most ten photos at once; the rest of the machine needs memory too."""


@dataclass(frozen=True, slots=True)
class Posted:
    """An object and the files that came with it, by field."""

    body: Json
    files: Mapping[str, list[Upload]] = field(default_factory=dict)


async def read(request: web.Request) -> Posted:
    """Read a body; raise the fitting HTTP error where it is too large, or no JSON object."""
    if (request.content_length or 0) > MAX_BODY:
        raise web.HTTPRequestEntityTooLarge(MAX_BODY, request.content_length or 0)
    if not request.content_type.startswith("multipart/"):
        return Posted(_parsed(await request.read()))
    body, files, left = b"{}", dict[str, list[Upload]](), MAX_BODY
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="a multipart body within a multipart body")
        data = await _read(part, min(left, MAX_FILE))
        left -= len(data)
        if part.filename is None:
            body = data
        else:
            files.setdefault(part.name or "", []).append(Upload(part.filename, data, _kind(part)))
        if sum(map(len, files.values())) > MAX_FILES:
            raise web.HTTPBadRequest(text=f"at most {MAX_FILES} files")
    return Posted(_parsed(body), files)


async def _read(part: BodyPartReader, most: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk
        if len(data) > most:
            raise web.HTTPRequestEntityTooLarge(most, len(data))
    return bytes(data)


def _kind(part: BodyPartReader) -> str | None:
    return part.headers.get("Content-Type")


def _parsed(data: bytes) -> Json:
    try:
        return parse_object(data)
    except DiscordError as error:
        raise web.HTTPBadRequest(text=error.what) from None
