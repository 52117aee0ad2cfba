"""Discord's rules for modals: what may stand in one, and what each field may ask for.

Source: Discord's documentation, components/reference.
"""

from playground import fields
from playground.components import (
    CHECKS,
    MAX_TEXT,
    Check,
    check_children,
    check_custom_ids,
    check_options,
    check_range,
    check_select,
)
from playground.errors import Json, invalid
from playground.layout import SELECTS, Kind, walk

MAX_FIELDS = 5
MAX_CHOICES = 10
"""How many files, radio buttons or checkboxes one field has at most."""

IN_LABEL = SELECTS | {
    Kind.TEXT_INPUT,
    Kind.FILE_UPLOAD,
    Kind.RADIO_GROUP,
    Kind.CHECKBOX_GROUP,
    Kind.CHECKBOX,
}
IN_MODAL = frozenset({Kind.ACTION_ROW, Kind.LABEL, Kind.TEXT_DISPLAY})


def check_modal(modal: Json) -> None:
    """Raise the 50035 that Discord answers to this modal."""
    fields.text(modal, "title", "data", most=45, required=True)
    fields.text(modal, "custom_id", "data", most=100, required=True)
    components = fields.listing(modal, "components", "data", least=1, most=MAX_FIELDS)
    check_children(components, "data.components", IN_MODAL, FIELDS)
    check_custom_ids(walk(components))


def check_label(label: Json, path: str) -> None:
    fields.text(label, "label", path, most=45, required=True)
    fields.text(label, "description", path, most=100, least=0)
    check_children([label.get("component") or {}], f"{path}.component", IN_LABEL, FIELDS)


def check_row(row: Json, path: str) -> None:
    """The old way to put a text field into a modal."""
    children = fields.listing(row, "components", path, least=1, most=1)
    check_children(children, f"{path}.components", frozenset({Kind.TEXT_INPUT}), FIELDS)
    fields.text(children[0], "label", f"{path}.components[0]", most=45, required=True)


def check_text_input(field: Json, path: str) -> None:
    _check_id(field, path)
    fields.number(field, "style", path, least=1, most=2)
    least = fields.number(field, "min_length", path, least=0, most=MAX_TEXT)
    most = fields.number(field, "max_length", path, least=1, most=MAX_TEXT)
    if (least or 0) > (MAX_TEXT if most is None else most):
        raise invalid(f"{path}.min_length", "text-range", "min_length exceeds max_length.", "NUMBER_TYPE_RANGE")
    fields.text(field, "placeholder", path, most=100, least=0)
    fields.text(field, "value", path, most=MAX_TEXT, least=0)


def check_modal_select(select: Json, path: str) -> None:
    """A select as in messages, and what holds in a modal besides."""
    check_select(select, path)
    if select.get("disabled"):
        raise invalid(f"{path}.disabled", "disabled-in-modal", "Modals have no disabled components.")
    _check_required(select, path)


def check_file_upload(upload: Json, path: str) -> None:
    _check_id(upload, path)
    check_range(upload, path, most=MAX_CHOICES)
    _check_required(upload, path)


def check_radio_group(group: Json, path: str) -> None:
    _check_id(group, path)
    check_options(group, path, least=2, most=MAX_CHOICES, defaults=1)


def check_checkbox_group(group: Json, path: str) -> None:
    _check_id(group, path)
    offered = len(fields.listing(group, "options", path, least=1, most=MAX_CHOICES))
    _, most = check_range(group, path, most=MAX_CHOICES, usual=offered)
    check_options(group, path, least=most, most=MAX_CHOICES, defaults=most)
    _check_required(group, path)


def _check_id(field: Json, path: str) -> None:
    fields.text(field, "custom_id", path, most=100, required=True)


def _check_required(field: Json, path: str) -> None:
    if field.get("required", True) and field.get("min_values") == 0:
        what = "min_values is at least 1 where the field is required."
        raise invalid(f"{path}.min_values", "select-range", what, "NUMBER_TYPE_RANGE")


FIELDS: dict[Kind, Check] = {
    **dict.fromkeys(SELECTS, check_modal_select),
    Kind.ACTION_ROW: check_row,
    Kind.LABEL: check_label,
    Kind.TEXT_DISPLAY: CHECKS[Kind.TEXT_DISPLAY],
    Kind.TEXT_INPUT: check_text_input,
    Kind.FILE_UPLOAD: check_file_upload,
    Kind.RADIO_GROUP: check_radio_group,
    Kind.CHECKBOX_GROUP: check_checkbox_group,
    Kind.CHECKBOX: _check_id,
}
