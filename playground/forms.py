"""A modal as a person fills it in and sends it back."""

from collections.abc import Mapping, Sequence

from playground.choosing import choose, preset
from playground.errors import Json
from playground.filling import Filled
from playground.interactions import Interaction
from playground.layout import SELECTS, Kind, walk

Value = str | Sequence[object]
"""The text of a field, or what is chosen in a select."""


def complete(interaction: Interaction, values: Mapping[str, Value]) -> Filled:
    """The modal that answered this interaction with these values by custom_id; the rest stays as it was preset."""
    modal = interaction.answer_data
    fields = {each["custom_id"] for each in walk(modal["components"]) if each.get("custom_id")}
    unknown = values.keys() - fields
    if unknown:
        raise LookupError(f"the modal has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(fields))}")
    filling = _Filling(interaction, values)
    data: Json = {
        "custom_id": modal["custom_id"],
        "components": [filling.completed(each) for each in modal["components"]],
    }
    source = interaction.world.messages.get(interaction.source_id or 0)
    return Filled(data, interaction.owners, filling.resolved, source=source)


class _Filling:
    """One modal being filled in, collecting the ids that its selects refer to."""

    def __init__(self, interaction: Interaction, values: Mapping[str, Value]) -> None:
        self._interaction = interaction
        self._values = values
        self.resolved: dict[str, list[int]] = {}

    def completed(self, component: Json) -> Json:
        """A component as it comes back: its id and type, and what was filled in."""
        done: Json = {key: component[key] for key in ("type", "id", "custom_id") if key in component}
        given = self._values.get(component.get("custom_id", ""))
        if component["type"] in SELECTS:
            done["values"] = self._chosen(component, preset(component) if given is None else given)
        elif given is not None:
            done["value" if isinstance(given, str) else "values"] = given
        elif component["type"] == Kind.TEXT_INPUT:
            done["value"] = component.get("value") or ""
        if "components" in component:
            done["components"] = [self.completed(each) for each in component["components"]]
        if "component" in component:
            done["component"] = self.completed(component["component"])
        return done

    def _chosen(self, select: Json, picked: Value) -> list[str]:
        if isinstance(picked, str):
            raise TypeError(f"{select['custom_id']!r} is a select, which takes a list")
        chosen = choose(self._interaction.world, self._interaction.channel, select, picked)
        for kind, ids in chosen.resolved.items():
            self.resolved[kind] = list(dict.fromkeys((*self.resolved.get(kind, ()), *ids)))
        return chosen.values
