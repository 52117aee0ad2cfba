"""A modal as a person fills it in and sends it back, within the bounds that Discord's client sets."""

from collections.abc import Mapping, Sequence

from playground.backend import Backend
from playground.choosing import bounds, choose, preset
from playground.components import MAX_TEXT
from playground.errors import Json
from playground.filling import Filled, hand_over
from playground.interactions import Interaction
from playground.layout import Kind, walk
from playground.uploads import Upload
from playground.values import Attachment

Value = str | bool | Sequence[object]
"""The text of a field, the choice of a radio group, whether a box is ticked, or a list of choices or of `Upload`s."""


def complete(backend: Backend, interaction: Interaction, values: Mapping[str, Value]) -> Filled:
    """The modal that answered this interaction with these values by custom_id; the rest stays as it was preset.

    Raises
    ------
    LookupError
        It has no such field.
    TypeError, ValueError
        The client would not let this be filled in, or not sent like this.
    """
    modal = interaction.answer_data
    fields = {each["custom_id"] for each in walk(modal["components"]) if each.get("custom_id")}
    unknown = values.keys() - fields
    if unknown:
        raise LookupError(f"the modal has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(fields))}")
    filling = _Filling(backend, interaction, values)
    data: Json = {
        "custom_id": modal["custom_id"],
        "components": [filling.completed(each) for each in modal["components"]],
    }
    source = interaction.world.messages.get(interaction.source_id or 0)
    return Filled(data, interaction.owners, filling.resolved, tuple(filling.attachments), source=source)


class _Filling:
    """One modal being filled in, collecting what its fields refer to."""

    def __init__(self, backend: Backend, interaction: Interaction, values: Mapping[str, Value]) -> None:
        self._backend = backend
        self._channel = interaction.channel
        self._values = values
        self.resolved: dict[str, list[int]] = {}
        self.attachments: list[Attachment] = []

    def completed(self, component: Json) -> Json:
        """A component as it comes back: its id and type, and what was filled in."""
        done: Json = {key: component[key] for key in ("type", "id", "custom_id") if key in component}
        given = self._values.get(component.get("custom_id", ""))
        match component["type"]:
            case Kind.ACTION_ROW:
                done["components"] = [self.completed(each) for each in component["components"]]
            case Kind.LABEL:
                done["component"] = self.completed(component["component"])
            case Kind.TEXT_INPUT:
                done["value"] = _text(component, given)
            case Kind.RADIO_GROUP:
                done["value"] = _radio(component, given)
            case Kind.CHECKBOX:
                done["value"] = bool(component.get("default") if given is None else given)
            case Kind.FILE_UPLOAD:
                done["values"] = self._uploaded(component, given)
            case Kind.TEXT_DISPLAY:
                pass
            case _:
                done["values"] = self._chosen(component, given)
        return done

    def _chosen(self, select: Json, given: Value | None) -> list[str]:
        picked = preset(select) if given is None else _listed(select, given)
        chosen = choose(self._backend.world, self._channel, select, picked)
        for kind, ids in chosen.resolved.items():
            self.resolved[kind] = list(dict.fromkeys((*self.resolved.get(kind, ()), *ids)))
        return chosen.values

    def _uploaded(self, component: Json, given: Value | None) -> list[str]:
        files = [] if given is None else _listed(component, given)
        uploads = [each for each in files if isinstance(each, Upload)]
        if len(uploads) < len(files):
            raise TypeError(f"{component['custom_id']!r} takes a list of Uploads")
        least, most = bounds(component, nothing=not uploads)
        if not least <= len(uploads) <= most:
            raise ValueError(f"{component['custom_id']!r} takes {least} to {most} files, not {len(uploads)}")
        handed = [hand_over(self._backend, each) for each in uploads]
        self.attachments += handed
        return [str(each.id) for each in handed]


def _text(component: Json, given: Value | None) -> str:
    """What is written in a field; one that is not required may stay empty, however long a text has to be."""
    text = (component.get("value") or "") if given is None else given
    if not isinstance(text, str):
        raise TypeError(f"{component['custom_id']!r} is a text")
    required = component.get("required", True)
    least, most = component.get("min_length") or int(required), component.get("max_length") or MAX_TEXT
    if (text or required) and not least <= len(text) <= most:
        raise ValueError(f"{component['custom_id']!r} takes {least} to {most} characters, not {len(text)}")
    return text


def _radio(component: Json, given: Value | None) -> str | None:
    offered = [each["value"] for each in component["options"]]
    value = next(iter(preset(component)), None) if given is None else given
    if value is None and component.get("required", True):
        raise ValueError(f"{component['custom_id']!r} needs one of {offered}")
    if value is not None and value not in offered:
        raise ValueError(f"{component['custom_id']!r} does not offer {value!r}; it offers {offered}")
    return value if value is None else str(value)


def _listed(component: Json, given: Value) -> Sequence[object]:
    if isinstance(given, str | bool):
        raise TypeError(f"{component['custom_id']!r} takes a list")
    return given
