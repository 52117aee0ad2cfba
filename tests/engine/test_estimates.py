"""Averages in which the past fades."""

import pytest

from engine.estimates import Costs, Ratio


def test_a_ratio_begins_at_its_prior_and_weighs_samples_by_their_size() -> None:
    ratio = Ratio(1.0, 2.0, keep=1.0)
    assert ratio.value == 0.5
    ratio.add(10.0, 10.0)
    assert ratio.value == pytest.approx(11 / 12)


def test_a_ratio_forgets() -> None:
    ratio = Ratio(1000.0, 1.0, keep=0.5)
    for _ in range(40):
        ratio.add(2.0, 1.0)
    assert ratio.value == pytest.approx(2.0)


@pytest.mark.parametrize("sample", [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
def test_a_sample_without_size_teaches_nothing(sample: tuple[float, float]) -> None:
    ratio = Ratio(3.0, 2.0, keep=0.5)
    ratio.add(*sample)
    assert ratio.value == 1.5


def test_an_unknown_kind_costs_what_the_known_ones_do() -> None:
    costs = Costs(guess=9.0)
    assert costs.estimate("a") == 9.0
    costs.learn("a", 2.0)
    assert costs.estimate("a") == 2.0
    assert costs.estimate("b") == 2.0


def test_kinds_are_learned_apart_and_follow_slowly() -> None:
    costs = Costs(weight=0.25)
    costs.learn("a", 2.0)
    costs.learn("b", 8.0)
    costs.learn("a", 4.0)
    assert costs.estimate("a") == 2.5
    assert costs.estimate("b") == 8.0
    assert costs.estimate("c") == pytest.approx(3.625)
