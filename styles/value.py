"""What all values read from a style file have in common."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
"""A share, 0..1."""

Colour = tuple[Share, Share, Share]
"""A colour in sRGB: red, green, blue, each 0..1."""


class Value(BaseModel):
    """A frozen value. Unknown keys, text where a number belongs, and numbers that are not finite are errors."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
"""Words, and at least one."""


class Calibration(Value):
    """Where a number was found by trying: which engine, which revision of it, and when.

    Attributes
    ----------
    revision
        For a model the commit, or the digest, of its weights; for the painter the digest of the recipe.
    """

    engine: Text
    revision: Text
    date: date


Calibrated = Calibration | Literal[False]
"""How a number was found; false where it was not measured but guessed, or read somewhere."""
