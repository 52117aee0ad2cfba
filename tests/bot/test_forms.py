"""Forms as values: what fits into them, in every language, and what they say."""

import re
from itertools import product
from pathlib import Path

import pytest
from discord import ui

from bot.ui import forms
from bot.ui.custom_ids import PRESET_TEMPLATE, Preset
from bot.ui.forms import Terms
from bot.ui.language import LANGUAGES, speaking
from bot.ui.status import Allowance
from playground.modals import check_modal
from styles import Style, load
from tests.styles.many import many

FULL = Preset(style_id="s" * 32, strengths=(0.1234, 0.45, 0.7, 0.95), seed=2**32 - 1, max_wait=13, private=True)


def allowance(left: int | None) -> Allowance:
    return Allowance(limit=left, left=left, resets_at=0)


def written(modal: ui.Modal) -> list[str]:
    """What its labels say, and the text above them."""
    found = [one for one in modal.walk_children() if isinstance(one, ui.Label | ui.TextDisplay)]
    return [one.text if isinstance(one, ui.Label) else one.content for one in found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_is_one_that_discord_takes(language: str, tmp_path: Path) -> None:
    styles = list(many(tmp_path, 25).values())[-25:]
    one: list[Style | None] = [None, styles[0]]
    with speaking(language):
        for preset, settled, more in product((Preset(), FULL), one, (True, False)):
            terms = Terms(settled=settled, styles=styles, more_styles=more, allowance=allowance(1000))
            check_modal(forms.upload(preset, terms).to_dict())
            for title in (forms.TITLE_PICTURE, forms.TITLE_PICTURES, forms.TITLE_AVATAR):
                names = ["n" * 300] * 10
                check_modal(forms.pictures("animify:kept:1", names, terms, title=title(), found=99).to_dict())


@pytest.mark.parametrize("preset", [Preset(), FULL, Preset(strengths=(0.0,)), Preset(strengths=(1.0,), seed=0)])
def test_what_is_settled_is_read_off_the_custom_id_again(preset: Preset) -> None:
    assert len(str(preset)) <= 100
    found = re.fullmatch(PRESET_TEMPLATE, str(preset))
    assert found is not None
    assert Preset.read(**found.groupdict()) == preset


@pytest.mark.parametrize(
    ("each", "left", "sentence"),
    [
        (1, 3, "Each picture costs one of your pictures of the day. You have 3 left today."),
        (1, None, "Each picture costs one of your pictures of the day."),
        (
            4,
            3,
            "It makes 4 pictures of your photo, and each costs one of your pictures of the day. You have 3 left today.",
        ),
    ],
)
def test_the_price_and_what_is_left(each: int, left: int | None, sentence: str) -> None:
    assert forms.price(each, allowance(left)) == sentence


def test_several_strengths_are_for_one_photo() -> None:
    modal = forms.upload(Preset(style_id="ghibli", strengths=(0.2, 0.7)), Terms(settled=load()["ghibli"]))
    assert written(modal)[1:] == ["Your photo", "Only I see it"]


def test_strangers_names_of_files_are_cut_and_can_turn_no_text_around() -> None:
    names = ["me\u202egnp.exe\n**bold**.jpg", "n" * 200, ""]
    modal = forms.pictures("x", names, Terms(), title="These", found=3)
    (which,) = [one for one in modal.walk_children() if isinstance(one, ui.Select) and one.custom_id == forms.PICTURES]
    labels = [one.label for one in which.options]
    assert labels == ["Picture 1: me gnp.exe **bold**.jpg", f"Picture 2: {'n' * 59}…", "Picture 3"]


@pytest.mark.parametrize(("found", "hint"), [(2, None), (3, "These are the first 2 of the 3 in that message.")])
def test_a_form_says_which_pictures_it_has_no_room_for(found: int, hint: str | None) -> None:
    modal = forms.pictures("x", ["a.jpg", "b.jpg"], Terms(), title="These", found=found)
    (label,) = [one for one in modal.children if isinstance(one, ui.Label) and one.text == "Pictures"]
    assert label.description == hint


def test_where_nobody_else_sees_it_nobody_is_asked_whether_they_may() -> None:
    modal = forms.upload(Preset(), Terms(others_see=False))
    assert "Only I see it" not in written(modal)
