"""The styles that come with Animify, and how the loader treats an operator's own."""

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

import styles
from styles import Checks, StyleError

BUILT_IN = Path(styles.__file__).parent
EIGHT = ["ghibli", "cyberpunk", "manga", "retro90s", "shinkai", "shoujo", "ukiyoe", "watercolor"]
MANGA = (BUILT_IN / "manga.toml").read_text(encoding="utf-8")


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def problems_of(folder: Path) -> tuple[str, ...]:
    with pytest.raises(StyleError) as caught:
        styles.load(folder)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_ghibli_leads_the_catalogue_and_the_eight_are_there() -> None:
    catalogue = list(styles.load())
    assert catalogue[0] == "ghibli"
    assert [style for style in catalogue if style in EIGHT] == EIGHT


def test_the_eight_offer_every_model_family_with_its_source_and_are_not_called_calibrated() -> None:
    for style in map(styles.load().__getitem__, EIGHT):
        for tuning in (style.models.edit, style.models.sd15, style.models.sdxl):
            assert tuning is not None
            assert tuning.source.endswith(".")
            assert not tuning.calibrated


def test_every_style_was_tried_with_the_recipe_that_it_has() -> None:
    for style in styles.load().values():
        calibrated = style.painter.strength.calibrated
        assert calibrated
        assert calibrated.engine == "painter"
        assert calibrated.revision == style.painter.revision


def test_negative_prompts_have_a_guidance_that_reads_them_on_sd15() -> None:
    for style in map(styles.load().__getitem__, EIGHT):
        assert style.models.sd15 is not None
        assert style.models.sd15.guidance > 1


def test_manga_keeps_less_of_the_edges_than_other_styles_must() -> None:
    catalogue = styles.load()
    assert catalogue["manga"].checks == Checks(min_edge_f1=0.45, min_structure=0.55)
    assert catalogue["ghibli"].checks == Checks(min_edge_f1=0.50, min_structure=0.55)


def test_the_eight_have_two_to_five_moods_each() -> None:
    for style in map(styles.load().__getitem__, EIGHT):
        assert 2 <= len(set(style.moods)) == len(style.moods) <= 5


def test_a_style_needs_no_moods(tmp_path: Path) -> None:
    text = "".join(line for line in MANGA.splitlines(keepends=True) if not line.startswith("moods"))
    assert styles.load(folder_with(tmp_path, mine=text))["mine"].moods == ()


def test_the_preview_of_a_style_lies_beside_it_and_that_of_a_built_in_one_can_not_be_replaced(tmp_path: Path) -> None:
    own = folder_with(tmp_path, mine=MANGA, other=MANGA)
    (own / "mine.png").write_bytes(b"mine")
    (own / "ghibli.webp").write_bytes(b"mine")
    assert styles.preview("mine", own) == b"mine"
    assert styles.preview("other", own) is None
    assert styles.preview("mine") is None
    assert styles.preview("ghibli", own) == (BUILT_IN / "previews" / "ghibli.webp").read_bytes()


def test_a_catalogue_and_its_styles_never_change() -> None:
    catalogue = styles.load()
    with pytest.raises(TypeError):
        catalogue["other"] = catalogue["ghibli"]  # type: ignore[index]  # the assignment is the test
    with pytest.raises(ValidationError, match="frozen"):
        catalogue["ghibli"].label = "Other"  # type: ignore[misc]  # the assignment is the test
    with pytest.raises(ValidationError, match="frozen"):
        catalogue["ghibli"].painter.line.width = 2  # type: ignore[misc]  # the assignment is the test
    assert hash(catalogue["ghibli"]) == hash(styles.load()["ghibli"])


def test_an_operators_styles_follow_the_built_in_ones(tmp_path: Path) -> None:
    own = folder_with(tmp_path, ink=MANGA, aquarelle=MANGA)
    (own / "notes.txt").write_text("not a style")
    assert list(styles.load(own)) == [*styles.load(), "aquarelle", "ink"]


def test_a_style_of_ones_own_cannot_replace_a_built_in_one(tmp_path: Path) -> None:
    shutil.copy(BUILT_IN / "manga.toml", tmp_path)
    assert problems_of(tmp_path) == ("manga.toml: id: a style of that name comes with Animify",)


def test_every_problem_of_every_file_is_named_at_once(tmp_path: Path) -> None:
    own = folder_with(
        tmp_path,
        first=MANGA.replace("steps = 6", "steps = 600").replace('label = "Manga"', 'label = ""'),
        second=MANGA.replace("[painter.brush]\nradius = 5", "[painter.brush]\nradios = 5"),
        third="label = ",
    )
    problems = problems_of(own)
    assert [problem.rpartition(": ")[0] for problem in problems[:4]] == [
        "first.toml: label",
        "first.toml: models.sd15.steps",
        "second.toml: painter.brush.radius",
        "second.toml: painter.brush.radios",
    ]
    assert problems[4].startswith("third.toml: Invalid value (at")
    assert len(problems) == 5


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("width = 1.15", "width = nan", "painter.line.width"),
        ("width = 1.15", 'width = "1.15"', "painter.line.width"),
        ("width = 1.15", "width = 1979-05-27", "painter.line.width"),
        ("faint = 0.005", "faint = 0.5", "painter.line"),
        ("black = 0.12", "black = 1.2", "painter.screen.black"),
        ("below = 0.44", "below = 0.88", "painter.screen"),
        ("[painter.paper]", "[painter.wash]\nsize = 70\npools = 0.1\n[painter.paper]", "painter"),
        ("lift = 0.10", "lift = 0.5", "painter.guard.lift"),
        ('"ink"', '" ink"', "moods.0"),
        ('"ink"', f'"{"x" * 21}"', "moods.0"),
        ('"ink"', '"a", "b", "c"', "moods"),
        ("[checks]", "[cheques]", "cheques"),
        (
            "[models.sdxl]",
            '[models.sd15.lora]\nrepo = "x"\nfile = "a.safetensors"\n[models.sdxl]',
            "models.sd15.lora.repo",
        ),
        (
            "[models.sdxl]",
            '[models.sd15.lora]\nrepo = "x/y"\nfile = "a.pickle"\n[models.sdxl]',
            "models.sd15.lora.file",
        ),
        ('label = "Manga"', 'id = "other"\nlabel = "Manga"', "id"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in MANGA
    problem, *_ = problems_of(folder_with(tmp_path, mine=MANGA.replace(old, new)))
    assert problem.startswith(f"mine.toml: {field}: ")


@pytest.mark.parametrize(
    "emoji", ["🌿", "❤️", "1️⃣", "🇩🇪", "👩🏽\u200d🎨", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"]
)
def test_any_one_emoji_stands_for_a_style(tmp_path: Path, emoji: str) -> None:
    text = MANGA.replace('emoji = "🖋️"', f'emoji = "{emoji}"')
    assert styles.load(folder_with(tmp_path, mine=text))["mine"].emoji == emoji


@pytest.mark.parametrize("emoji", ["", "x", "1", "★", "🎨🎨", "🎨 ", "<:ours:123>"])
def test_what_discord_would_not_take_for_an_emoji_is_named(tmp_path: Path, emoji: str) -> None:
    text = MANGA.replace('emoji = "🖋️"', f'emoji = "{emoji}"')
    assert problems_of(folder_with(tmp_path, mine=text)) == ("mine.toml: emoji: it must be one emoji, such as 🎩",)


@pytest.mark.parametrize("points", ["[[0.1, 0], [1, 1]]", "[[0, 0], [0.9, 1]]", "[[0, 0.5], [1, 0.2]]", "[[0, 0]]"])
def test_a_tone_curve_rises_from_black_to_white(tmp_path: Path, points: str) -> None:
    ghibli = (BUILT_IN / "ghibli.toml").read_text(encoding="utf-8")
    curve = "[[0, 0.10], [0.2, 0.29], [0.5, 0.60], [0.8, 0.88], [1, 0.985]]"
    assert curve in ghibli
    problem, *_ = problems_of(folder_with(tmp_path, mine=ghibli.replace(curve, points)))
    assert problem.startswith("mine.toml: painter.tone")


@pytest.mark.parametrize("name", ["Ink", "ink wash", "x" * 33])
def test_a_files_name_must_be_an_id(tmp_path: Path, name: str) -> None:
    (problem,) = problems_of(folder_with(tmp_path, **{name: MANGA}))
    assert problem.startswith(f"{name}.toml: id: ")


def test_a_file_that_is_no_text_and_a_folder_that_is_absent_are_problems_too(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    (problem,) = problems_of(tmp_path)
    assert problem.startswith("mine.toml: ")
    (problem,) = problems_of(tmp_path / "absent")
    assert problem == f"{tmp_path / 'absent'}: No such file or directory"
