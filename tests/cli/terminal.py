"""What a test does at a terminal: call the command, look at the files."""

import sys

import pytest
from PIL import Image

from bot import cli

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GAbcde.abcdefghijklmnopqrstuvwxyz0123456789AB"
"""Looks like a bot's token, and is none."""


def animify(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command in this process; gives its exit status."""
    monkeypatch.setattr(sys, "argv", ["animify", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code if isinstance(ended.value.code, int) else 0


def opened(path: str) -> tuple[str | None, tuple[int, int]]:
    """The format and the size of a picture."""
    with Image.open(path) as picture:
        return picture.format, picture.size
