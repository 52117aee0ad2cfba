"""Rules of attachments and of the addresses under which they are fetched."""

from typing import Any

import pytest

from playground import Media, Upload
from tests.playground.rawclient import V2, Stage

MEBIBYTE = 1024 * 1024
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")


def gallery(*names: str) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": f"attachment://{name}"}} for name in names]}


@pytest.fixture
def path(stage: Stage) -> str:
    return f"/channels/{stage.channel.id}/messages"


async def test_eleven_files_are_too_many(stage: Stage, path: str) -> None:
    files = {f"{number}.png": PNG for number in range(11)}
    assert (await stage.raw.call("POST", path, {}, files=files)).refusal == (400, 30015)


async def test_a_file_over_the_guilds_limit_is_too_large(stage: Stage) -> None:
    channel = stage.playground.guild("Small", filesize_limit=10).text_channel("photos")
    reply = await stage.raw.call("POST", f"/channels/{channel.id}/messages", {}, files={"a.png": b"1" * 11})
    assert reply.refusal == (413, 40005)
    assert stage.rules() == ["file-too-large"]


async def test_a_request_over_25_mebibytes_is_too_large(stage: Stage) -> None:
    channel = stage.playground.guild("Large", filesize_limit=100 * MEBIBYTE).text_channel("photos")
    reply = await stage.raw.call("POST", f"/channels/{channel.id}/messages", {}, files={"a.png": bytes(25 * MEBIBYTE)})
    assert reply.refusal == (413, 40005)
    assert stage.rules() == ["request-too-large"]


async def test_an_attachment_entry_needs_its_file(stage: Stage, path: str) -> None:
    reply = await stage.raw.call("POST", path, {"attachments": [{"id": 1}]}, files={"a.png": PNG})
    assert reply.refusal == (400, 50035)


async def test_an_edit_keeps_what_it_lists_and_adds_what_is_new(stage: Stage, path: str) -> None:
    await stage.raw.call("POST", path, {}, files={"a.png": PNG, "b.png": PNG})
    message = stage.channel.messages[0]
    dropped, kept = message.attachments
    listed = {"attachments": [{"id": str(kept.id)}, {"id": 0, "description": "new"}]}
    await stage.raw.call("PATCH", f"{path}/{message.id}", listed, files={"c.png": PNG})
    after = stage.channel.messages[0].attachments
    assert [(each.filename, each.description) for each in after] == [("b.png", None), ("c.png", "new")]
    with pytest.raises(LookupError):
        await stage.playground.download(dropped)


async def test_an_edit_without_a_list_appends(stage: Stage, path: str) -> None:
    await stage.raw.call("POST", path, {}, files={"a.png": PNG})
    message = stage.channel.messages[0]
    await stage.raw.call("PATCH", f"{path}/{message.id}", {}, files={"b.png": PNG})
    assert [each.filename for each in stage.channel.messages[0].attachments] == ["a.png", "b.png"]


async def test_an_edit_cannot_keep_what_is_not_there(stage: Stage, path: str) -> None:
    message = await stage.send({"content": "text"})
    reply = await stage.raw.call("PATCH", f"{path}/{message.id}", {"attachments": [{"id": "123"}]})
    assert reply.refusal == (400, 50035)
    assert stage.rules() == ["unknown-attachment"]


async def test_a_v2_file_that_no_component_shows_is_a_violation(stage: Stage, path: str) -> None:
    body = {"flags": V2, "components": [gallery("a.png")]}
    assert (await stage.raw.call("POST", path, body, files={"a.png": PNG, "b.png": PNG})).status == 200
    assert stage.rules() == ["attachment-not-shown"]
    assert "b.png" in stage.playground.violations[0].what


async def test_a_v2_edit_may_show_what_is_already_there(stage: Stage, path: str) -> None:
    await stage.raw.call("POST", path, {"flags": V2, "components": [gallery("a.png")]}, files={"a.png": PNG})
    message = stage.channel.messages[0]
    reply = await stage.raw.call("PATCH", f"{path}/{message.id}", {"components": [gallery("a.png")]})
    signed = reply.body["components"][0]["items"][0]["media"]
    assert (signed["attachment_id"], signed["width"]) == (str(message.attachments[0].id), 640)
    again = [{"type": 12, "items": [{"media": {"url": signed["url"]}}]}]
    assert (await stage.raw.call("PATCH", f"{path}/{message.id}", {"components": again})).status == 200
    assert stage.playground.violations == []


CARD = [{"type": 10, "content": "hidden"}]


async def test_a_v2_edit_may_hide_a_file_that_it_lists_and_show_it_again(stage: Stage, path: str) -> None:
    await stage.raw.call("POST", path, {"flags": V2, "components": [gallery("a.png")]}, files={"a.png": PNG})
    message = stage.channel.messages[0]
    kept = {"attachments": [{"id": str(message.attachments[0].id)}]}
    address = f"{path}/{message.id}"
    for body in ({"components": CARD, **kept}, {"components": [*CARD, *CARD]}, {"components": CARD, **kept}):
        assert (await stage.raw.call("PATCH", address, body)).status == 200
        hidden = stage.channel.messages[0]
        assert (hidden.media, hidden.attachments) == ((), message.attachments)
    assert await stage.playground.download(message.attachments[0]) == PNG
    assert (await stage.raw.call("PATCH", address, {"components": [gallery("a.png")]})).status == 200
    assert stage.channel.messages[0].media == message.media
    assert stage.playground.violations == []


async def test_a_v2_edit_that_forgets_a_file_is_a_violation(stage: Stage, path: str) -> None:
    await stage.raw.call("POST", path, {"flags": V2, "components": [gallery("a.png")]}, files={"a.png": PNG})
    message = stage.channel.messages[0]
    assert (await stage.raw.call("PATCH", f"{path}/{message.id}", {"components": CARD})).status == 200
    assert stage.rules() == ["attachment-not-shown"]


async def test_a_v2_edit_that_adds_a_file_shows_it(stage: Stage, path: str) -> None:
    message = await stage.send({"flags": V2, "components": CARD})
    body = {"attachments": [{"id": 0, "filename": "a.png"}]}
    assert (await stage.raw.call("PATCH", f"{path}/{message.id}", body, files={"a.png": PNG})).status == 200
    assert stage.rules() == ["attachment-not-shown"]


async def test_a_message_tells_what_it_shows_and_what_is_a_spoiler(stage: Stage, path: str) -> None:
    shown = gallery("a.png", "b.png")
    shown["items"][0] |= {"description": "A fox", "spoiler": True}
    thumbnail = {"type": 11, "media": {"url": "https://example.org/c.png"}, "description": "A cat"}
    section = {"type": 9, "components": CARD, "accessory": thumbnail}
    components = [{"type": 17, "components": [shown, section, {"type": 13, "file": {"url": "attachment://d.txt"}}]}]
    files = {"a.png": PNG, "b.png": PNG, "d.txt": b"text"}
    reply = await stage.raw.call("POST", path, {"flags": V2, "components": components}, files=files)
    (message,) = stage.channel.messages
    urls = [each.url for each in message.attachments]
    assert message.media == (
        Media(urls[0], "A fox", spoiler=True),
        Media(urls[1]),
        Media("https://example.org/c.png", "A cat"),
        Media(urls[2]),
    )
    assert reply.body["components"][0]["components"][0]["items"][0]["spoiler"] is True
    assert await stage.playground.download(message.media[0].url) == PNG


async def test_a_signed_address_works_for_a_day(stage: Stage, path: str) -> None:
    url = (await stage.raw.call("POST", path, {}, files={"a b.png": PNG})).body["attachments"][0]["url"]
    assert await stage.raw.fetch(url) == 200
    stage.clock.advance(24 * 3600 + 1)
    assert await stage.raw.fetch(url) == 404
    assert stage.rules() == ["cdn-gone"]
    message = stage.channel.messages[0]
    fresh = (await stage.raw.call("GET", f"{path}/{message.id}")).body["attachments"][0]["url"]
    assert await stage.raw.fetch(fresh) == 200


async def test_an_address_without_or_with_a_forged_signature_is_gone(stage: Stage, path: str) -> None:
    url = (await stage.raw.call("POST", path, {}, files={"a.png": PNG})).body["attachments"][0]["url"]
    for broken in (url.partition("?")[0], url.replace("ex=", "ex=f"), url.replace("a.png", "b.png")):
        assert await stage.raw.fetch(broken) == 404


async def test_an_address_can_be_expired_on_demand(stage: Stage, path: str) -> None:
    url = (await stage.raw.call("POST", path, {}, files={"a.png": PNG})).body["attachments"][0]["url"]
    stage.playground.cdn.expire(url)
    assert await stage.raw.fetch(url) == 404
    assert await stage.playground.download(url) == PNG


async def test_a_deleted_message_takes_its_files_along(stage: Stage, path: str) -> None:
    await stage.raw.call("POST", path, {}, files={"a.png": PNG})
    (message,) = stage.channel.messages
    await stage.mika.delete(message)
    with pytest.raises(LookupError, match="no such file"):
        await stage.playground.download(message.attachments[0])


@pytest.mark.parametrize(
    ("upload", "declared"),
    [
        (Upload("me.png", PNG), ("me.png", "image/png", 640, 480)),
        (Upload("../my photo.gif", b"GIF89a\x03\x00\x02\x00"), (".._my_photo.gif", "image/gif", 3, 2)),
        (Upload("me.jpg", bytes.fromhex("ffd8ffe00004000affc0000b0800020003")), ("me.jpg", "image/jpeg", 3, 2)),
        (Upload("me.jpg", b"\xff\xd8no marker"), ("me.jpg", "image/jpeg", None, None)),
        (Upload("me.jpg", b"\xff\xd8\xff"), ("me.jpg", "image/jpeg", None, None)),
        (Upload("me", b"", "text/plain"), ("me", "text/plain", None, None)),
    ],
)
async def test_an_upload_is_declared_by_name_and_header(stage: Stage, upload: Upload, declared: object) -> None:
    (attachment,) = (await stage.mika.say(stage.channel, "", upload, Upload("rest.txt", b"1"))).attachments[:1]
    assert (attachment.filename, attachment.content_type, attachment.width, attachment.height) == declared
