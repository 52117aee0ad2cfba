"""Writing what was found by trying into a style's file; every other line of it stays as it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tomlkit
from tomlkit.container import Container
from tomlkit.items import InlineTable, Table

from styles import parse
from styles.files import replace
from styles.value import Calibration

Number = float | Calibration


def update(file: Path, table: Sequence[str], values: Mapping[str, Number]) -> None:
    """Set values in one table of a style's file, and add the table where it is missing.

    Raises
    ------
    OSError
        The file can't be read or replaced.
    ValueError
        It would be no style any more; nothing is written.
    """
    document = tomlkit.parse(file.read_bytes().decode())
    place: Container | Table = document
    for name in table:
        if name not in place:
            place[name] = tomlkit.table()
        place = place[name]
    for key, value in values.items():
        place[key] = _inline(value) if isinstance(value, Calibration) else round(value, 3)
    text = tomlkit.dumps(document)
    parse(file.stem, text)
    replace(file, text.encode(), mode=file.stat().st_mode)


def _inline(calibration: Calibration) -> InlineTable:
    table = tomlkit.inline_table()
    table.update({"engine": calibration.engine, "revision": calibration.revision, "date": calibration.date})
    return table
