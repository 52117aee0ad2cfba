"""Discord's rules for the components of messages: what may stand where, how often, and how long.

Source: Discord's documentation, components/reference; the 4,000 characters of text are not documented there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from playground import fields
from playground.errors import Json, invalid
from playground.layout import SELECTS, Kind, walk

MAX_COMPONENTS = 40
MAX_TEXT = 4000
MAX_ROWS = 5
MAX_BUTTONS = 5
MAX_OPTIONS = 25
MAX_GALLERY = 10
MAX_COLOUR = 0xFFFFFF

LINK, PREMIUM = 5, 6
"""Button styles without a custom_id."""

CHANNEL_TYPES = (0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16)
DEFAULT_TYPES: dict[int, tuple[str, ...]] = {
    Kind.USER_SELECT: ("user",),
    Kind.ROLE_SELECT: ("role",),
    Kind.MENTIONABLE_SELECT: ("user", "role"),
    Kind.CHANNEL_SELECT: ("channel",),
}
SELECT_FIELDS = {
    "options": frozenset({Kind.STRING_SELECT}),
    "channel_types": frozenset({Kind.CHANNEL_SELECT}),
    "default_values": SELECTS - {Kind.STRING_SELECT},
}
"""Fields that only some selects have."""

IN_CONTAINER = frozenset(
    {Kind.ACTION_ROW, Kind.TEXT_DISPLAY, Kind.SECTION, Kind.MEDIA_GALLERY, Kind.SEPARATOR, Kind.FILE}
)
IN_V2_MESSAGE = IN_CONTAINER | {Kind.CONTAINER}

Check: TypeAlias = Callable[[Json, str], None]
"""Raises the 50035 that Discord answers to this component, which stands at this path."""


def check_message_components(components: Sequence[Json], *, v2: bool) -> None:
    """Raise the 50035 that Discord answers to these components of a message."""
    if not v2:
        fields.listing({"components": list(components)}, "components", "", most=MAX_ROWS)
    check_children(components, "components", IN_V2_MESSAGE if v2 else frozenset({Kind.ACTION_ROW}))
    everything = list(walk(components))
    if len(everything) > MAX_COMPONENTS:
        what = f"Must be {MAX_COMPONENTS} or fewer components in total, nested ones included."
        raise invalid("components", "too-many-components", what, "BASE_TYPE_MAX_LENGTH")
    characters = sum(len(each["content"]) for each in everything if each["type"] == Kind.TEXT_DISPLAY)
    if characters > MAX_TEXT:
        what = f"The text of all components exceeds {MAX_TEXT} characters."
        raise invalid("components", "too-much-text", what, "COMPONENT_MAX_TOTAL_TEXT")
    check_custom_ids(everything)


def check_custom_ids(components: Iterable[Json]) -> None:
    given = [each["custom_id"] for each in components if each.get("custom_id") is not None]
    fields.unique(given, "components", "duplicate-custom-id", "Component custom id cannot be duplicated")


def check_children(
    components: Sequence[Json], path: str, allowed: frozenset[Kind], checks: Mapping[Kind, Check] | None = None
) -> None:
    for index, component in enumerate(components):
        here = f"{path}[{index}]"
        kind = fields.choice(component, "type", here, sorted(allowed))
        (checks or CHECKS)[kind](component, here)


def check_row(row: Json, path: str) -> None:
    children = fields.listing(row, "components", path, least=1, most=MAX_BUTTONS)
    check_children(children, f"{path}.components", SELECTS | {Kind.BUTTON})
    if len(children) > 1 and any(each["type"] in SELECTS for each in children):
        raise invalid(f"{path}.components", "crowded-row", "A select needs a row of its own.", "COMPONENT_LAYOUT_WIDTH")


def check_button(button: Json, path: str) -> None:
    style = fields.number(button, "style", path, least=1, most=PREMIUM)
    fields.text(button, "label", path, most=80, least=0)
    owned = {LINK: "url", PREMIUM: "sku_id"}.get(style or 0, "custom_id")
    fields.text(button, owned, path, most=512 if owned == "url" else 100, required=True)
    for other in {"url", "sku_id", "custom_id"} - {owned}:
        if button.get(other) is not None:
            what = f"A button of style {style} has {owned}, and no {other}."
            raise invalid(f"{path}.{other}", "button-style", what, "BUTTON_COMPONENT_INVALID_FIELD")
    if style == LINK and not button["url"].startswith(("http://", "https://", "discord://")):
        raise invalid(
            f"{path}.url", "link-scheme", "Scheme must be one of http, https, discord.", "URL_TYPE_INVALID_URL"
        )
    if style != PREMIUM and not button.get("label") and not button.get("emoji"):
        raise invalid(path, "empty-button", "A button must have a label or an emoji.", "BUTTON_COMPONENT_EMPTY")


def check_select(select: Json, path: str) -> None:
    fields.text(select, "custom_id", path, most=100, required=True)
    fields.text(select, "placeholder", path, most=150, least=0)
    least, most = check_range(select, path, most=MAX_OPTIONS)
    if select["type"] == Kind.STRING_SELECT:
        check_options(select, path, least=most, most=MAX_OPTIONS, defaults=most)
    _refuse_foreign(select, path)
    for index, kind in enumerate(select.get("channel_types") or ()):
        fields.choice({"type": kind}, "type", f"{path}.channel_types[{index}]", CHANNEL_TYPES)
    defaults = fields.listing(select, "default_values", path, most=MAX_OPTIONS)
    for index, default in enumerate(defaults):
        fields.choice(default, "type", f"{path}.default_values[{index}]", DEFAULT_TYPES[select["type"]])
    fields.unique(
        [str(each["id"]) for each in defaults],
        f"{path}.default_values",
        "duplicate-default",
        "The value is already used",
    )
    if defaults and not least <= len(defaults) <= most:
        what = f"Must be between {least} and {most} in length."
        raise invalid(f"{path}.default_values", "select-range", what, "BASE_TYPE_BAD_LENGTH")


def check_range(owner: Json, path: str, *, most: int, usual: int = 1) -> tuple[int, int]:
    """How many values it takes, at least and at most; `usual` is the most where it does not say."""
    lower = fields.number(owner, "min_values", path, least=0, most=most)
    upper = fields.number(owner, "max_values", path, least=1, most=most)
    lower, upper = 1 if lower is None else lower, usual if upper is None else upper
    if lower > upper:
        raise invalid(f"{path}.min_values", "select-range", "min_values exceeds max_values.", "NUMBER_TYPE_RANGE")
    return lower, upper


def _refuse_foreign(select: Json, path: str) -> None:
    """Fields that belong to another kind of select."""
    for name, kinds in SELECT_FIELDS.items():
        if select.get(name) and select["type"] not in kinds:
            what = f"A select of type {int(select['type'])} has no {name}."
            raise invalid(f"{path}.{name}", "select-field", what, "COMPONENT_INVALID_FIELD")


def check_options(owner: Json, path: str, *, least: int, most: int, defaults: int) -> None:
    """What can be chosen: `least` to `most` options, of which at most `defaults` are chosen beforehand."""
    options = fields.listing(owner, "options", path, least=least, most=most)
    for index, option in enumerate(options):
        here = f"{path}.options[{index}]"
        fields.text(option, "label", here, most=100, required=True)
        fields.text(option, "value", here, most=100, required=True)
        fields.text(option, "description", here, most=100, least=0)
    fields.unique(
        [each["value"] for each in options], f"{path}.options", "duplicate-option", "The option is already used"
    )
    if sum(bool(each.get("default")) for each in options) > defaults:
        raise invalid(f"{path}.options", "select-range", "More defaults than max_values.", "COMPONENT_DEFAULT_OPTIONS")


def check_section(section: Json, path: str) -> None:
    texts = fields.listing(section, "components", path, least=1, most=3)
    check_children(texts, f"{path}.components", frozenset({Kind.TEXT_DISPLAY}))
    check_children([section.get("accessory") or {}], f"{path}.accessory", frozenset({Kind.BUTTON, Kind.THUMBNAIL}))


def check_text_display(display: Json, path: str) -> None:
    fields.text(display, "content", path, most=MAX_TEXT, required=True)


def check_media(item: Json, path: str, slot: str = "media") -> None:
    address = fields.text(item.get(slot) or {}, "url", f"{path}.{slot}", most=2048, required=True) or ""
    if not address.startswith(("attachment://", "http://", "https://")):
        what = "Scheme must be one of http, https, attachment."
        raise invalid(f"{path}.{slot}.url", "link-scheme", what, "URL_TYPE_INVALID_URL")
    fields.text(item, "description", path, most=1024, least=0)


def check_gallery(gallery: Json, path: str) -> None:
    for index, item in enumerate(fields.listing(gallery, "items", path, least=1, most=MAX_GALLERY)):
        check_media(item, f"{path}.items[{index}]")


def check_file(component: Json, path: str) -> None:
    check_media(component, path, "file")


def check_separator(separator: Json, path: str) -> None:
    fields.number(separator, "spacing", path, least=1, most=2)


def check_container(container: Json, path: str) -> None:
    fields.number(container, "accent_color", path, least=0, most=MAX_COLOUR)
    children = fields.listing(container, "components", path, least=1, most=MAX_COMPONENTS)
    check_children(children, f"{path}.components", IN_CONTAINER)


CHECKS: dict[Kind, Check] = {
    Kind.ACTION_ROW: check_row,
    Kind.BUTTON: check_button,
    **dict.fromkeys(SELECTS, check_select),
    Kind.SECTION: check_section,
    Kind.TEXT_DISPLAY: check_text_display,
    Kind.THUMBNAIL: check_media,
    Kind.MEDIA_GALLERY: check_gallery,
    Kind.FILE: check_file,
    Kind.SEPARATOR: check_separator,
    Kind.CONTAINER: check_container,
}
