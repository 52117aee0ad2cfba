"""What all values read from a style file have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
"""A share, 0..1."""

Colour = tuple[Share, Share, Share]
"""A colour in sRGB: red, green, blue, each 0..1."""


class Value(BaseModel):
    """A frozen value. Unknown keys, text where a number belongs, and numbers that are not finite are errors."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)
