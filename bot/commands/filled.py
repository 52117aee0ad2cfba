"""A form as it was sent: read off the interaction's payload, since no object of the form is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import discord

from bot.commands.asking import Picture
from bot.policy import Declared
from bot.values.rules import Source

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """What was filled in, by the custom ids of the fields; a payload may say anything, or leave a field out."""

    _fields: Mapping[str, Json] = field(repr=False)
    _uploads: Mapping[str, Json] = field(repr=False)

    @classmethod
    def of(cls, interaction: discord.Interaction[Any]) -> Self:
        """The form that this interaction sends."""
        data: Json = interaction.data or {}
        fields = {one["custom_id"]: one for one in _components(data) if "custom_id" in one}
        return cls(fields, data.get("resolved", {}).get("attachments", {}))

    def __contains__(self, custom_id: object) -> bool:
        return custom_id in self._fields

    def text(self, custom_id: str) -> str:
        """What was written there, without space around it."""
        return str(self._fields.get(custom_id, {}).get("value") or "").strip()

    def ticked(self, custom_id: str) -> bool:
        """Whether the box is ticked."""
        return self._fields.get(custom_id, {}).get("value") is True

    def chosen(self, custom_id: str) -> list[str]:
        """The values that were chosen."""
        return list(map(str, self._fields.get(custom_id, {}).get("values") or ()))

    def uploads(self, custom_id: str) -> tuple[Picture, ...]:
        """The files that were put there, in their order."""
        return tuple(_uploaded(self._uploads[one]) for one in self.chosen(custom_id) if one in self._uploads)


def _uploaded(file: Json) -> Picture:
    return Picture(
        url=file["url"],
        declared=Declared(size=file["size"], content_type=file.get("content_type")),
        source=Source(),
        name=file["filename"],
    )


def _components(parent: Json) -> Iterator[Json]:
    inner = parent.get("components") or [one for one in (parent.get("component"),) if one]
    for one in inner:
        yield one
        yield from _components(one)
