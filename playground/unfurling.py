"""What Discord adds to a message by itself: the pictures behind links, and the addresses where it hands pictures on."""

import re
from collections.abc import Sequence

from playground.cdn import Cdn
from playground.errors import Json
from playground.layout import media

MOST_LINKS = 5
PICTURES = ("image", "thumbnail")
"""Where an embed has a picture."""

_LINK = re.compile(r"(?<!<)https?://[^\s<>]+")
"""An address in a text; one between < and > is not unfurled."""


def completed(cdn: Cdn, embeds: Sequence[Json]) -> tuple[Json, ...]:
    """These embeds, each with a type, and with addresses and sizes of the pictures that Discord can fetch."""
    return tuple({"type": "rich", **each, **_pictures(cdn, each)} for each in embeds)


def complete_media(cdn: Cdn, components: Sequence[Json]) -> None:
    """Add to the pictures of the outer web what Discord knows of them; those of attachments have it already."""
    for picture in media(components):
        if "attachment_id" not in picture:
            picture.update(cdn.unfurled(picture["url"]) or {})


def of_links(cdn: Cdn, text: str) -> tuple[Json, ...]:
    """An embed for each link to a picture."""
    found = ((url, cdn.unfurled(url)) for url in dict.fromkeys(_LINK.findall(text)))
    embeds = ({"type": "image", "url": url, "thumbnail": picture} for url, picture in found if picture)
    return tuple(embeds)[:MOST_LINKS]


def _pictures(cdn: Cdn, embed: Json) -> Json:
    shown = {slot: embed[slot] for slot in PICTURES if embed.get(slot)}
    return {slot: picture | (cdn.unfurled(picture.get("url", "")) or {}) for slot, picture in shown.items()}
