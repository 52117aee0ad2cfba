"""The style that CONTRIBUTING adds is real: it loads, it paints, and it needs no code."""

import re
from pathlib import Path

import styles
from engine.checks import Verdict, examine
from engine.measures import palette_distance
from engine.painter.paint import paint
from tests.engine.painter.scenes import ignore, photos

CONTRIBUTING = Path(__file__).resolve().parents[2] / "CONTRIBUTING.md"


def test_the_ninth_style_is_one_file(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "ninth.toml").write_text(text, encoding="utf-8")
    catalogue = styles.load(tmp_path)
    assert len(catalogue) == len(styles.load()) + 1
    ninth = catalogue["ninth"]
    for photo in photos():
        assert examine(photo, paint(photo, ninth.painter, 0.5, 1, ignore), ninth.checks) is Verdict.FIT
    own = paint(photos()[0], ninth.painter, 0.5, 1, ignore)
    others = [style.painter for style in catalogue.values() if style.painter.revision != ninth.painter.revision]
    assert min(palette_distance(own, paint(photos()[0], other, 0.5, 1, ignore)) for other in others) > 0.01
