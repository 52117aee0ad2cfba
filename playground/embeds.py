"""Discord's limits for embeds (resources/message, "Embed Limits")."""

from collections.abc import Iterator, Sequence

from playground import fields
from playground.errors import Json, invalid

MAX_EMBEDS = 10
MAX_CHARACTERS = 6000


def check_embeds(embeds: Sequence[Json]) -> None:
    """Raise the 50035 that Discord answers to these embeds."""
    fields.listing({"embeds": list(embeds)}, "embeds", "", most=MAX_EMBEDS)
    total = 0
    for index, embed in enumerate(embeds):
        for part, key, path, most in _texts(embed, f"embeds[{index}]"):
            total += len(fields.text(part, key, path, most=most, least=0) or "")
    if total > MAX_CHARACTERS:
        what = f"Embed size exceeds maximum size of {MAX_CHARACTERS}"
        raise invalid("embeds", "embeds-too-long", what, "MAX_EMBED_SIZE_EXCEEDED")


def _texts(embed: Json, path: str) -> Iterator[tuple[Json, str, str, int]]:
    yield embed, "title", path, 256
    yield embed, "description", path, 4096
    yield embed.get("footer") or {}, "text", f"{path}.footer", 2048
    yield embed.get("author") or {}, "name", f"{path}.author", 256
    for index, field in enumerate(fields.listing(embed, "fields", path, most=25)):
        yield field, "name", f"{path}.fields[{index}]", 256
        yield field, "value", f"{path}.fields[{index}]", 1024
