"""The families' one call each: schedules, canvases and words."""

import numpy as np
import pytest
import torch

from engine.diffusion import loading
from engine.diffusion.devices import cpu
from engine.diffusion.families import FamilyModel, Row, Run, family_model
from engine.diffusion.families.base import Pipe, Tensors
from engine.diffusion.models import Family
from tests.engine.diffusion.conftest import Planner
from tests.engine.fakes import catalogue


class Model:
    """A family's pipeline, whole, with the embeddings of one prompt."""

    def __init__(self, planned: Planner, family: Family) -> None:
        plan = planned(family)
        loading.quiet()
        self.family: FamilyModel = family_model(family)
        text = loading.open_text(self.family, plan.weights.folder, plan.profile, "cpu")
        with torch.no_grad():
            self.words: Tensors = self.family.embed(text, catalogue()["ghibli"].prompt)
        self.pipe: Pipe = loading.open_painting(self.family, plan.weights.folder, plan.profile, cpu(), None)
        self.canvases = plan.profile.canvases

    def row(self, width: int = 256, height: int = 256, words: Tensors | None = None) -> Row:
        return Row(pixels=np.full((height, width, 3), 90, np.uint8), embeddings=words or self.words, seed=1)

    def paint(self, *rows: Row, share: float = 0.5, guidance: float = 1.0) -> torch.Tensor:
        run = Run(share=share, steps=2, guidance=guidance)
        return self.family.paint(self.pipe, rows, run, lambda *_: None)


@pytest.fixture(scope="module")
def model(planned: Planner, family: Family) -> Model:
    return Model(planned, family)


@pytest.fixture(scope="module")
def klein(planned: Planner) -> Model:
    return Model(planned, Family.EDIT)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.6, 0.75, 0.9, 0.967, 0.99])
def test_klein_starts_with_the_share_of_noise_that_was_asked_for(klein: Model, share: float) -> None:
    klein.paint(klein.row(), share=share)
    sigmas = klein.pipe.scheduler.sigmas
    assert float(sigmas[0]) == pytest.approx(share, abs=1e-6)
    assert list(sigmas) == sorted(sigmas, reverse=True)


def test_klein_starts_from_noise_alone_on_its_own_schedule(klein: Model) -> None:
    klein.paint(klein.row(), share=1.0)
    assert float(klein.pipe.scheduler.sigmas[0]) == 1


def test_every_canvas_is_painted_at_its_own_size(model: Model) -> None:
    for width, height in model.canvases.fixed():
        assert model.paint(model.row(width, height)).shape == (1, 3, height, width)


def test_photos_of_two_sizes_are_refused_and_not_resized(model: Model) -> None:
    with pytest.raises(ValueError, match="one size"):
        model.paint(model.row(256, 256), model.row(256, 320))


@pytest.mark.parametrize("family", [Family.SD15, Family.SDXL], indirect=True)
def test_the_negative_prompt_counts_with_guidance_alone(model: Model) -> None:
    other = {name: -words if name.startswith("negative") else words for name, words in model.words.items()}
    assert not torch.equal(model.paint(model.row(), guidance=3.0), model.paint(model.row(words=other), guidance=3.0))
    assert torch.equal(model.paint(model.row()), model.paint(model.row(words=other)))
