"""Checks of single fields of a form, each of which raises an invalid form (50035) that names the field's path."""

from collections.abc import Collection
from typing import TypeVar

from playground.errors import Json, invalid

T = TypeVar("T")


def text(form: Json, key: str, path: str, *, most: int, least: int = 1, required: bool = False) -> str | None:
    """The string at `key` (None where absent), whose length lies within `least`..`most`."""
    value = form.get(key)
    if value is None:
        if required:
            raise invalid(_join(path, key), "required-field", "This field is required", "BASE_TYPE_REQUIRED")
        return None
    if not isinstance(value, str):
        raise invalid(_join(path, key), "field-type", "Must be a string.", "STRING_TYPE_CONVERT")
    if not least <= len(value) <= most:
        what = f"Must be between {least} and {most} in length."
        raise invalid(_join(path, key), "field-length", what, "BASE_TYPE_BAD_LENGTH")
    return value


def number(form: Json, key: str, path: str, *, least: int, most: int) -> int | None:
    """The whole number at `key` (None where absent), within `least`..`most`."""
    value = form.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        what = f"int value should be between {least} and {most}."
        raise invalid(_join(path, key), "field-range", what, "NUMBER_TYPE_RANGE")
    return value


def listing(form: Json, key: str, path: str, *, least: int = 0, most: int) -> list[Json]:
    """The list of objects at `key` (empty where absent), with `least`..`most` entries."""
    value = form.get(key) or []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise invalid(_join(path, key), "field-type", "Must be a list of objects.", "LIST_TYPE_CONVERT")
    if not least <= len(value) <= most:
        what = f"Must be between {least} and {most} in length."
        raise invalid(_join(path, key), "field-length", what, "BASE_TYPE_BAD_LENGTH")
    return value


def choice(form: Json, key: str, path: str, allowed: Collection[T]) -> T:
    """The one of `allowed` that equals the value at `key`."""
    for each in allowed:
        if each == form.get(key):
            return each
    listed = ", ".join(map(str, allowed))
    raise invalid(_join(path, key), "field-choice", f"Value must be one of ({listed}).", "BASE_TYPE_CHOICES")


def unique(values: Collection[object], path: str, rule: str, what: str) -> None:
    if len(set(values)) < len(values):
        raise invalid(path, rule, what, "DUPLICATED")


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
