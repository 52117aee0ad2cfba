"""Trees of message components: walking them, reading their text and finding their buttons."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from playground.errors import Json


class Kind(IntEnum):
    """Component types; those up to CHANNEL_SELECT fit into messages without the Components V2 flag."""

    ACTION_ROW = 1
    BUTTON = 2
    STRING_SELECT = 3
    TEXT_INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT_DISPLAY = 10
    THUMBNAIL = 11
    MEDIA_GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    FILE_UPLOAD = 19
    RADIO_GROUP = 21
    CHECKBOX_GROUP = 22
    CHECKBOX = 23


SELECTS = frozenset(
    {Kind.STRING_SELECT, Kind.USER_SELECT, Kind.ROLE_SELECT, Kind.MENTIONABLE_SELECT, Kind.CHANNEL_SELECT}
)


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or file as a component shows it; the address of one of our own attachments is unsigned."""

    url: str
    description: str | None = None
    spoiler: bool = False


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    custom_id: str | None
    url: str | None = None
    disabled: bool = False


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Every component, parents before children, in the order in which they are shown."""
    for component in components:
        yield component
        yield from walk(component.get("components", ()))
        yield from walk(component[slot] for slot in ("accessory", "component") if slot in component)


def number_all(components: Iterable[Json]) -> None:
    """Give every component an id where its author gave none, as Discord does."""
    for number, component in enumerate(walk(components), start=1):
        component.setdefault("id", number)


def visible_text(components: Iterable[Json]) -> list[str]:
    return [each["content"] for each in walk(components) if each["type"] == Kind.TEXT_DISPLAY]


def buttons(components: Iterable[Json]) -> tuple[Button, ...]:
    return tuple(
        Button(each.get("label") or "", each.get("custom_id"), each.get("url"), each.get("disabled", False))
        for each in walk(components)
        if each["type"] == Kind.BUTTON
    )


def interactive(components: Iterable[Json], custom_id: str) -> Json | None:
    """The component with this custom_id."""
    return next((each for each in walk(components) if each.get("custom_id") == custom_id), None)


def media(components: Iterable[Json]) -> Iterator[Json]:
    """Every media object (`{"url": …}`) of thumbnails, galleries and files."""
    return (address for _, address in _exhibits(components))


def shown(components: Iterable[Json]) -> tuple[Media, ...]:
    return tuple(
        Media(address["url"], exhibit.get("description"), bool(exhibit.get("spoiler")))
        for exhibit, address in _exhibits(components)
    )


def _exhibits(components: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """What is shown, each with its media object."""
    for component in walk(components):
        match component["type"]:
            case Kind.THUMBNAIL:
                yield component, component["media"]
            case Kind.MEDIA_GALLERY:
                yield from ((item, item["media"]) for item in component["items"])
            case Kind.FILE:
                yield component, component["file"]
