"""Previews of styles: those that come with them, and for the others one that is painted when it is first looked at."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import structlog

import styles
from engine.aside import aside
from engine.preview import previews, shrunk
from engine.specimen import specimen
from styles import Style

_log = structlog.stdlib.get_logger(__name__)


class Previews:
    """Previews by style, kept in memory once they were asked for: tens of kilobytes each.

    One that can't be made is not tried again in this run: each try is a process, and its style would fail again.

    Parameters
    ----------
    folder
        The operator's own styles: a picture beside a style's file shows it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[str, bytes | None] = {}  # None: it can't be made
        self._turn = asyncio.Lock()  # a page at a time: painting takes a core that members' pictures want

    async def of(self, wanted: Sequence[Style]) -> Mapping[str, bytes]:
        """The previews of these styles by id, each a small WebP; one that can't be made is missing."""
        if self._missing(wanted):
            async with self._turn:
                if missing := self._missing(wanted):
                    made = await aside(partial(_made, missing, self._folder), "previews")
                    self._known |= {style.id: made.get(style.id) for style in missing}
        return {style.id: data for style in wanted if (data := self._known[style.id]) is not None}

    def _missing(self, wanted: Sequence[Style]) -> list[Style]:
        return [style for style in wanted if style.id not in self._known]


def _made(wanted: Sequence[Style], folder: Path | None) -> dict[str, bytes]:
    own = {style.id: data for style in wanted if (data := _own(style, folder)) is not None}
    bare = [style for style in wanted if style.id not in own]
    return own | (previews(specimen(), bare) if bare else {})


def _own(style: Style, folder: Path | None) -> bytes | None:
    """The preview that comes with a style, if it does and can be used."""
    try:
        data = styles.preview(style.id, folder)
        return None if data is None else shrunk(data)
    except (OSError, ValueError) as error:
        _log.warning("a preview can't be used, so one is painted", style=style.id, reason=str(error))
        return None
