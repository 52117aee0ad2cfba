"""The styles, as data: one TOML file a style, read into frozen values.

>>> catalogue = load()
>>> catalogue["ghibli"].label
'Ghibli'
"""

from pydantic import BaseModel, ConfigDict


class Style(BaseModel):
    """One style: what members read about it and what each engine needs to paint it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    label: str
    emoji: str
    summary: str
    adult: bool = False
