"""Request bodies: JSON, or multipart with `payload_json` and `files[n]`, and what becomes of the files."""

import json
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from aiohttp import BodyPartReader, web

from playground import fields
from playground.errors import Code, DiscordError, Json, invalid
from playground.imagesize import image_size
from playground.values import MEBIBYTE, Attachment

MAX_REQUEST = 25 * MEBIBYTE
MAX_FILES = 10

_FILE_FIELD = re.compile(r"files\[(\d+)\]")
_UNSAFE = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a client sends; the type is guessed from the name where the sender states none."""

    filename: str
    data: bytes = field(repr=False)
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A request's JSON object and its files by the n of `files[n]`."""

    body: Json
    files: Mapping[int, Upload] = field(default_factory=dict)


async def read_form(request: web.Request) -> Form:
    """Read a body of at most 25 MiB; raise 40005 where it is larger and 50109 where it is no JSON object."""
    if not request.content_type.startswith("multipart/"):
        return Form(parse_object(await request.read()))
    body, files, left = b"{}", dict[int, Upload](), MAX_REQUEST
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise DiscordError(Code.INVALID_JSON, "invalid-json", "a multipart body within a multipart body")
        data = bytes(await part.read())
        left -= len(data)
        if left < 0:
            raise DiscordError(Code.REQUEST_TOO_LARGE, "request-too-large")
        if part.name == "payload_json":
            body = data
        elif numbered := _FILE_FIELD.fullmatch(part.name or ""):
            files[int(numbered[1])] = Upload(part.filename or "file", data)
    return Form(parse_object(body), files)


def parse_object(data: bytes) -> Json:
    try:
        body = json.loads(data or b"{}")
    except ValueError:
        raise DiscordError(Code.INVALID_JSON, "invalid-json") from None
    return body if isinstance(body, dict) else {"": body}


def describe(upload: Upload, attachment_id: int, folder: str, *, ephemeral: bool = False) -> Attachment:
    """What Discord makes of an uploaded file; `folder` is the path on the CDN, ending without a slash."""
    name = _UNSAFE.sub("_", upload.filename).strip("_") or "file"
    width, height = image_size(upload.data) or (None, None)
    return Attachment(
        id=attachment_id,
        filename=name,
        size=len(upload.data),
        content_type=upload.content_type or mimetypes.guess_type(name)[0],
        path=f"{folder}/{attachment_id}/{name}",
        width=width,
        height=height,
        ephemeral=ephemeral,
    )


def check_files(form: Form, count: int, filesize_limit: int) -> None:
    """Refuse more than ten attachments in all, and files over the guild's limit."""
    if count > MAX_FILES:
        raise DiscordError(Code.TOO_MANY_ATTACHMENTS, "too-many-attachments")
    for upload in form.files.values():
        if len(upload.data) > filesize_limit:
            what = f"{upload.filename} has {len(upload.data)} bytes, the limit here is {filesize_limit}"
            raise DiscordError(Code.REQUEST_TOO_LARGE, "file-too-large", what)


def arrange(form: Form, old: tuple[Attachment, ...], fresh: Mapping[int, Attachment]) -> tuple[Attachment, ...]:
    """The attachments that a message has afterwards.

    Without the key ``attachments`` the old ones stay and the new files are appended. With it, it lists what stays (by
    id) and describes what is new (by the n of its `files[n]`).
    """
    if "attachments" not in form.body:
        return (*old, *fresh.values())
    known = {str(each.id): each for each in old} | {str(index): each for index, each in fresh.items()}
    listed: dict[str, Attachment] = {}
    for index, entry in enumerate(fields.listing(form.body, "attachments", "", most=MAX_FILES)):
        key = str(entry.get("id", index))
        if key not in known:
            path = f"attachments[{index}].id"
            raise invalid(
                path, "unknown-attachment", f"Neither an attachment nor files[{key}].", "ATTACHMENT_NOT_FOUND"
            )
        description = fields.text(entry, "description", f"attachments[{index}]", most=1024, least=0)
        listed[key] = replace(known[key], description=description or known[key].description)
    return (*listed.values(), *(each for index, each in fresh.items() if str(index) not in listed))
