"""Rules of avatars, of pictures in embeds, and of those behind links: their addresses, formats and sizes."""

import io
from typing import Any

import pytest
from PIL import Image

from playground import Member, Permissions, Upload
from tests.playground.rawclient import Stage, listening

CDN = "https://cdn.discordapp.com"
CAT = "https://example.org/cats/1.png"


def picture(*colours: str, kind: str = "PNG") -> bytes:
    """A picture of 64 x 32 pixels, which shows one colour after the other."""
    first, *rest = [Image.new("RGB", (64, 32), colour) for colour in colours]
    file = io.BytesIO()
    first.save(file, kind, **({"save_all": True, "append_images": rest} if rest else {}))
    return file.getvalue()


STILL, MOVING = Upload("me.png", picture("red")), Upload("me.gif", picture("red", "blue", kind="GIF"))


async def seen(stage: Stage, path: str) -> tuple[int, Any]:
    """The status of a file on the content network; format, size and number of frames if it is a picture."""
    address = f"{stage.playground.origin}/cdn.discordapp.com{path}"
    async with stage.raw.session.get(address) as response:
        data = await response.read()
    if response.status != 200:
        return response.status, None
    with Image.open(io.BytesIO(data)) as image:
        return response.status, (image.format, image.size, getattr(image, "n_frames", 1))


def worn(member: Member) -> str:
    path = member.user.avatar_path
    assert path is not None
    return path


async def handed_over(stage: Stage, message: Any) -> Any:
    """The message as a context menu hands it over."""
    await stage.raw.register({"name": "Animify this", "type": 3})
    async with listening(stage.raw) as gateway:
        await stage.mika.use_on_message(stage.channel, "Animify this", message)
        data = (await gateway.read(name="INTERACTION_CREATE"))["d"]["data"]
    return data["resolved"]["messages"][str(message.id)]


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        ("png", ("PNG", (64, 32), 1)),
        ("png?size=1024", ("PNG", (64, 32), 1)),
        ("png?size=32", ("PNG", (32, 16), 1)),
        ("webp?size=16", ("WEBP", (16, 8), 1)),
        ("jpg", ("JPEG", (64, 32), 1)),
    ],
)
async def test_an_avatar_comes_in_the_format_and_no_larger_than_asked_for(
    stage: Stage, ending: str, expected: object
) -> None:
    stage.mika.set_avatar(STILL)
    assert await seen(stage, f"{worn(stage.mika)}.{ending}") == (200, expected)


async def test_an_animated_avatar_says_so_and_is_there_as_a_still_too(stage: Stage) -> None:
    stage.mika.set_avatar(MOVING)
    assert (stage.mika.user.avatar or "").startswith("a_")
    assert await seen(stage, f"{worn(stage.mika)}.gif?size=1024") == (200, ("GIF", (64, 32), 2))
    assert await seen(stage, f"{worn(stage.mika)}.png") == (200, ("PNG", (64, 32), 1))


async def test_a_still_avatar_does_not_move(stage: Stage) -> None:
    stage.mika.set_avatar(Upload("me.gif", picture("red", kind="GIF")))
    assert await seen(stage, f"{worn(stage.mika)}.gif") == (415, None)
    assert stage.rules() == ["cdn-format"]


async def test_a_size_is_a_power_of_two(stage: Stage) -> None:
    stage.mika.set_avatar(STILL)
    for size in ("100", "8", "8192", "large"):
        assert await seen(stage, f"{worn(stage.mika)}.png?size={size}") == (400, None)
    assert set(stage.rules()) == {"cdn-size"}


async def test_who_has_no_avatar_wears_one_of_six(stage: Stage) -> None:
    assert (await stage.raw.call("GET", f"/users/{stage.mika.id}")).body["avatar"] is None
    assert await seen(stage, "/embed/avatars/5.png") == (200, ("PNG", (256, 256), 1))
    assert await seen(stage, "/embed/avatars/6.png") == (404, None)


async def test_an_avatar_of_a_guild_is_worn_in_that_guild_alone(stage: Stage) -> None:
    stage.mika.set_avatar(STILL)
    stage.guild.set_avatar(stage.mika, MOVING)
    other = stage.playground.guild("Other")
    other.admit(stage.mika)
    places = [
        (await stage.raw.call("GET", f"/guilds/{g.id}/members/{stage.mika.id}")).body for g in (stage.guild, other)
    ]
    assert [each["avatar"] is None for each in places] == [False, True]
    assert places[0]["user"]["avatar"] == stage.mika.user.avatar
    path = f"/guilds/{stage.guild.id}/users/{stage.mika.id}/avatars/{places[0]['avatar']}"
    assert await seen(stage, f"{path}.gif") == (200, ("GIF", (64, 32), 2))
    stage.guild.set_avatar(stage.mika, None)
    assert await seen(stage, f"{path}.gif") == (404, None)
    assert await seen(stage, f"{worn(stage.mika)}.png") == (200, ("PNG", (64, 32), 1))


async def test_an_interaction_brings_the_avatar_of_its_guild(stage: Stage) -> None:
    stage.guild.set_avatar(stage.mika, STILL)
    await stage.raw.register({"name": "Animify avatar", "type": 2})
    async with listening(stage.raw) as gateway:
        await stage.mika.use_on_user(stage.channel, "Animify avatar", stage.mika)
        payload = (await gateway.read(name="INTERACTION_CREATE"))["d"]
    avatar = stage.guild.state.members[stage.mika.id].avatar
    known = payload["data"]["resolved"]["members"][str(stage.mika.id)]
    assert avatar == payload["member"]["avatar"] == known["avatar"]


async def test_a_picture_in_an_embed_is_handed_on_by_discords_proxy(stage: Stage) -> None:
    stage.playground.publish(CAT, STILL)
    embed = {"title": "A cat", "image": {"url": CAT}, "thumbnail": {"url": "https://example.org/gone.png"}}
    known = await handed_over(stage, await stage.channel.webhook("Feed").say(embeds=[embed]))
    (shown,) = known["embeds"]
    proxy = shown["image"]["proxy_url"]
    assert (shown["type"], shown["image"]["url"], shown["image"]["width"]) == ("rich", CAT, 64)
    assert shown["thumbnail"] == {"url": "https://example.org/gone.png"}
    assert proxy.startswith("https://images-ext-1.discordapp.net/external/")
    assert proxy.endswith("/https/example.org/cats/1.png")
    assert await stage.raw.fetch(proxy) == 200
    assert await stage.playground.download(proxy) == STILL.data


async def test_an_attachment_in_an_embed_is_signed_and_not_listed(stage: Stage) -> None:
    embed = {"image": {"url": "attachment://me.png"}}
    message = await stage.guild.bot_user("Other bot").say(stage.channel, "", STILL, embeds=[embed])
    known = await handed_over(stage, message)
    assert known["attachments"] == []
    image = known["embeds"][0]["image"]
    assert (image["width"], await stage.raw.fetch(image["url"])) == (64, 200)
    assert image["proxy_url"].startswith("https://media.discordapp.net/attachments/")
    stage.clock.advance(24 * 3600 + 1)
    assert await stage.raw.fetch(image["url"]) == 404
    fresh = (await handed_over(stage, message))["embeds"][0]["image"]["url"]
    assert await stage.raw.fetch(fresh) == 200


async def test_a_link_to_a_picture_is_unfurled(stage: Stage) -> None:
    stage.playground.publish(CAT, STILL)
    known = await handed_over(stage, await stage.mika.say(stage.channel, f"look: {CAT} <{CAT}?2> https://example.org/"))
    (embed,) = known["embeds"]
    assert (embed["type"], embed["url"], embed["thumbnail"]["height"]) == ("image", CAT, 32)
    assert await stage.raw.fetch(embed["thumbnail"]["proxy_url"]) == 200


async def test_a_link_to_an_attachment_is_unfurled_with_a_fresh_signature(stage: Stage) -> None:
    (file,) = (await stage.mika.say(stage.channel, "", STILL)).attachments
    message = await stage.mika.say(stage.channel, f"{file.url}?ex=1&is=1&hm=1")
    (embed,) = (await handed_over(stage, message))["embeds"]
    assert await stage.raw.fetch(embed["thumbnail"]["url"]) == 200


async def test_a_link_is_not_unfurled_in_brackets_or_without_a_permission(stage: Stage) -> None:
    stage.playground.publish(CAT, STILL)
    assert (await stage.mika.say(stage.channel, f"<{CAT}>")).embeds == ()
    stage.channel.overwrite(stage.mika, deny=Permissions.EMBED_LINKS)
    assert (await stage.mika.say(stage.channel, CAT)).embeds == ()


async def test_a_link_with_a_query_is_handed_on_too(stage: Stage) -> None:
    address = f"{CAT}?size=large&for=me"
    stage.playground.publish(address, STILL)
    (embed,) = (await stage.mika.say(stage.channel, address)).embeds
    assert await stage.raw.fetch(embed["thumbnail"]["proxy_url"]) == 200


async def test_a_gallery_of_anothers_shows_files_and_pictures_of_the_outer_web(stage: Stage) -> None:
    stage.playground.publish(CAT, STILL)
    items = [{"media": {"url": url}} for url in ("attachment://me.png", CAT)]
    message = await stage.channel.webhook("Feed").say("", STILL, components=[{"type": 12, "items": items}])
    known = await handed_over(stage, message)
    own, outer = [item["media"] for item in known["components"][0]["items"]]
    assert (own["width"], outer["width"], outer["url"]) == (64, 64, CAT)
    assert [await stage.raw.fetch(each) for each in (own["url"], own["proxy_url"], outer["proxy_url"])] == [200] * 3


async def test_people_write_neither_embeds_nor_components(stage: Stage) -> None:
    for more in ({"embeds": [{"title": "no"}]}, {"components": [{"type": 10, "content": "no"}]}):
        with pytest.raises(ValueError, match="people write neither"):
            await stage.mika.say(stage.channel, "look", **more)
