"""What Discord takes as an emoji: anything else in a style would make it reject every card that offers the style."""

from typing import Annotated, Final

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError

_ONE: Final = r"[\p{Emoji}&&\p{Extended_Pictographic}][\u{FE0F}\p{Emoji_Modifier}\u{E0020}-\u{E007F}]*"
_KEYCAP: Final = r"[0-9#*]\u{FE0F}?\u{20E3}"
_FLAG: Final = r"\p{Regional_Indicator}{2}"
_PATTERN: Final = rf"^(?:{_ONE}(?:\u{{200D}}{_ONE})*|{_KEYCAP}|{_FLAG})$"  # as Unicode's UTS 51 has it


def _explained(value: object, check: ValidatorFunctionWrapHandler) -> object:
    try:
        return check(value)
    except ValidationError:
        raise PydanticCustomError("emoji", "it must be one emoji, such as 🎩") from None


Emoji = Annotated[str, Field(max_length=10, pattern=_PATTERN), WrapValidator(_explained)]
"""One emoji of Unicode's, as a person sees it; one of a server's own is only known there."""
