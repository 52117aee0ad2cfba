"""A folder of an operator's own styles: as many as wanted, each with the longest names and words that are allowed."""

import tomllib
from itertools import cycle, islice
from pathlib import Path

import styles
from styles import Catalogue

_BUILT_IN = Path(styles.__file__).parent
_MOODS = 5


def many(folder: Path, count: int, *, adults: bool = False) -> Catalogue:
    """Write them and load all there are then. They paint as the built-in ones do."""
    texts = islice(cycle(sorted(_BUILT_IN.glob("*.toml"))), count)
    for number, file in enumerate(texts):
        text = file.read_text(encoding="utf-8")
        head, prompt, rest = text.partition("[prompt]")
        assert set(tomllib.loads(head)) == {"label", "emoji", "summary", "moods"}
        moods = [f"mood {number} {each}".ljust(20, "x") for each in range(_MOODS)]
        ours = [
            f'label = "{f"Own {number:02}".ljust(32, "m")}"',
            f'emoji = "{tomllib.loads(head)["emoji"]}"',
            f'summary = "{"A look of our own. ".ljust(100, "s")}"',
            f"moods = {moods}",
            f"adult = {str(adults).lower()}",
        ]
        (folder / f"own_{number:02}.toml").write_text("\n".join([*ours, "", prompt + rest]), encoding="utf-8")
    return styles.load(folder)
