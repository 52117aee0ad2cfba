"""Finding how far an engine may go: what is read from trials, and what is proposed."""

from datetime import datetime

import pytest

import styles
from engine.calibration import Ends, ModelKnob, PainterKnob, Trial, propose, read, today
from engine.checks import Verdict
from engine.diffusion.models import Family
from engine.painter.strength import at_strength, with_gain
from styles import Style

GHIBLI = styles.load()["ghibli"]


def trial(
    value: float, edges: float, verdict: Verdict = Verdict.FIT, *, kind: str = "portrait", faces: float | None = None
) -> Trial:
    return Trial(value=value, kind=kind, verdict=verdict, edges=edges, colours=value / 10, faces=faces)


def swept(**verdicts: Verdict) -> list[Trial]:
    """Edges that fall from .95 to .5 over the values 0.2 to 2; some values with a verdict of their own."""
    values = [0.2, 0.4, 0.8, 1.0, 1.4, 2.0]
    edges = [0.95, 0.9, 0.8, 0.75, 0.65, 0.5]
    return [
        trial(value, edge, verdicts.get(f"v{value}", Verdict.FIT)) for value, edge in zip(values, edges, strict=True)
    ]


def test_trials_are_summed_up_by_value_as_medians_also_of_each_kind() -> None:
    trials = [trial(1, 0.9), trial(0.5, 0.99), trial(1, 0.7), trial(1, 0.5, kind="pet"), trial(1, 0.8, kind="pet")]
    subtle, bold = read(trials)
    assert (subtle.value, bold.value) == (0.5, 1)
    assert bold.edges == pytest.approx(0.75)
    assert bold.edges_by_kind == {"portrait": pytest.approx(0.8), "pet": pytest.approx(0.65)}
    assert bold.colours == pytest.approx(0.1)


def test_the_boldest_value_is_the_last_whose_median_keeps_enough_edges() -> None:
    assert propose(read(swept()), None) == Ends(0.2, 1.4, timid=False)


def test_one_picture_that_is_too_far_or_broken_ends_what_is_bold() -> None:
    for verdict in (Verdict.TOO_FAR, Verdict.BROKEN):
        assert propose(read([*swept(), trial(1.0, 0.9, verdict)]), None) == Ends(0.2, 0.8, timid=False)


def test_one_picture_that_is_taken_for_its_photo_raises_what_is_subtle() -> None:
    assert propose(read([*swept(), trial(0.4, 0.99, Verdict.UNCHANGED)]), None) == Ends(0.8, 1.4, timid=False)


def test_lost_faces_end_what_is_bold_where_a_detector_looked() -> None:
    lost = [trial(1.4, 0.7, faces=0.5), trial(1.4, 0.7, faces=1.0), trial(0.8, 0.8, faces=1.0)]
    assert propose(read([*swept(), *lost]), None) == Ends(0.2, 1.0, timid=False)


def test_nothing_is_proposed_where_what_is_subtle_is_too_bold_already() -> None:
    assert propose(read(swept(**{"v1.4": Verdict.UNCHANGED})), None) is None
    assert propose(read([trial(0.2, 0.3)]), None) is None
    assert propose([], None) is None


def test_one_odd_photo_in_fifty_does_not_decide_for_the_others() -> None:
    def with_odd_ones(count: int) -> Ends | None:
        fit = [trial(value, 0.8) for value in (0.5, 1, 2)] * 49
        odd = [trial(0.5, 0.8, Verdict.UNCHANGED), trial(1, 0.8), trial(2, 0.8, Verdict.BROKEN)] * count
        return propose(read(fit + odd), None)

    assert with_odd_ones(1) == Ends(0.5, 2, timid=False)
    assert with_odd_ones(2) == Ends(1, 1, timid=False)


def test_a_sweep_that_never_gets_bold_is_called_timid() -> None:
    ends = propose(read([trial(0.5, 0.95), trial(1, 0.9)]), None)
    assert ends == Ends(0.5, 1, timid=True)


@pytest.mark.parametrize("value", PainterKnob().values)
def test_the_painters_knob_gives_every_value_at_one_end_of_the_members(value: float) -> None:
    style, strength = PainterKnob().at(GHIBLI, value)
    bent, straight = (
        recipe.model_copy(update={"strength": GHIBLI.painter.strength})
        for recipe in (at_strength(style.painter, strength), with_gain(GHIBLI.painter, value))
    )
    assert bent == straight
    assert style.painter.revision == GHIBLI.painter.revision


def test_ends_that_leave_out_the_recipe_as_written_are_not_proposed() -> None:
    too_bold = read([trial(0.5, 0.8), trial(1.0, 0.4)])
    assert propose(too_bold, None) == Ends(0.5, 0.5, timid=False)
    assert propose(too_bold, PainterKnob().middle) is None
    too_subtle = read([trial(1.0, 0.99, Verdict.UNCHANGED), trial(1.5, 0.8)])
    assert propose(too_subtle, PainterKnob().middle) is None


def test_the_painters_ends_go_where_its_recipe_lies() -> None:
    table, values = PainterKnob().entry(Ends(0.4, 1.5, timid=False), today("painter", "abc"))
    assert (list(table), values["subtle"], values["bold"]) == (["painter", "strength"], 0.4, 1.5)


def test_a_models_knob_is_the_strength_of_its_tuning() -> None:
    knob = ModelKnob(Family.SD15)
    style, strength = knob.at(GHIBLI, 0.7)
    assert strength == 0.5
    assert style.models.sd15 is not None
    assert style.models.sd15.strength == 0.7
    table, values = knob.entry(Ends(0.3, 0.6, timid=False), today("sd15", "abc"))
    assert list(table) == ["models", "sd15"]
    assert (values["subtle"], values["strength"], values["bold"]) == (0.3, 0.45, 0.6)


def test_a_style_without_a_tuning_cannot_be_calibrated_for_its_models() -> None:
    bare: Style = GHIBLI.model_copy(update={"models": styles.Models()})
    with pytest.raises(ValueError, match=r"ghibli has no models\.sdxl"):
        ModelKnob(Family.SDXL).at(bare, 0.5)


def test_a_calibration_bears_the_day() -> None:
    calibration = today("painter", "abc")
    assert (calibration.engine, calibration.revision) == ("painter", "abc")
    assert abs((calibration.date - datetime.now().astimezone().date()).days) <= 1


def test_the_revision_of_a_recipe_changes_with_everything_but_its_strength() -> None:
    recipe = GHIBLI.painter
    assert recipe.model_copy(update={"strength": styles.recipe.Strength(bold=2)}).revision == recipe.revision
    assert recipe.model_copy(update={"exposure": 0.1}).revision != recipe.revision
