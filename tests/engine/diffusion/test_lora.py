"""A style's own weights on top of a model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model_state_dict
from safetensors.torch import load_file, save_file

from engine.diffusion import loading
from engine.diffusion.devices import cpu
from engine.diffusion.families import family_model
from engine.diffusion.foreign import LoadError
from engine.diffusion.models import Family
from engine.diffusion.plan import Plan
from engine.diffusion.runner import DiffusionRunner
from engine.errors import DeclinedError
from styles import Lora, Style
from tests.engine.diffusion.conftest import Planner
from tests.engine.diffusion.test_runner import job, painted, tuned

TARGETS = {Family.EDIT: ["to_q", "to_k", "to_v"], Family.SD15: ["to_q", "to_k"], Family.SDXL: ["to_q", "to_k"]}


def make(plan: Plan, file: Path) -> Path:
    """Random LoRA weights for the plan's model, in the format of diffusers."""
    family = family_model(plan.profile.family)
    loading.quiet()
    pipe: Any = loading.open_painting(family, plan.weights.folder, plan.profile, cpu(), None)
    network = getattr(pipe, family.network)
    network.add_adapter(
        LoraConfig(r=4, lora_alpha=4, init_lora_weights=False, target_modules=TARGETS[plan.profile.family])
    )
    layers = {f"{family.network}_lora_layers": get_peft_model_state_dict(network)}
    family.pipeline.save_lora_weights(file.parent, **layers, weight_name=file.name)
    return file


@pytest.fixture
def lora(family: Family, planned: Planner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Lora]:
    """LoRA weights that were fetched, as far as the runner can see."""
    file = make(planned(family), tmp_path / "style.safetensors")
    monkeypatch.setattr("engine.diffusion.runner.lora_file", lambda lora, _home: tmp_path / lora.file)
    return lambda weight=1.0, file=file.name: Lora(repo="an/artist", file=file, weight=weight)


def started(planned: Planner, family: Family, *styles: Style) -> DiffusionRunner:
    runner = DiffusionRunner(planned(family), styles)
    runner.load()
    return runner


def test_it_is_worn_by_its_own_style_only_and_with_its_weight(
    family: Family, planned: Planner, lora: Callable[..., Lora]
) -> None:
    plain, worn, half = tuned(family), tuned(family, lora=lora()), tuned(family, lora=lora(0.5))
    runner = started(planned, family, plain, worn, half)
    pictures = [painted(runner, job(style=style))[0] for style in (plain, worn, half, plain, worn)]
    assert not np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[1], pictures[2])
    assert np.array_equal(pictures[0], pictures[3])
    assert np.array_equal(pictures[1], pictures[4])
    assert len({runner.key(job(style=style)) for style in (plain, worn, half)}) == 3
    runner.close()


@pytest.mark.parametrize("family", [Family.SD15, Family.SDXL], indirect=True)
def test_what_a_lora_brings_for_the_text_encoder_is_left_out(
    family: Family, planned: Planner, lora: Callable[..., Lora], tmp_path: Path
) -> None:
    tensors = load_file(tmp_path / "style.safetensors")
    down = {"text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight": torch.randn(4, 32)}
    up = {"text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_B.weight": torch.randn(32, 4)}
    save_file(tensors | down | up, tmp_path / "both.safetensors")
    plain, both = tuned(family), tuned(family, lora=lora(file="both.safetensors"))
    runner = started(planned, family, plain, both, tuned(family, lora=lora()))
    pictures = [painted(runner, job(style=style))[0] for style in (plain, both, tuned(family, lora=lora()))]
    assert not np.array_equal(pictures[0], pictures[1])
    assert np.array_equal(pictures[1], pictures[2])
    runner.close()


def test_a_lora_that_does_not_fit_leaves_the_model_as_it_was(
    family: Family, planned: Planner, lora: Callable[..., Lora], tmp_path: Path
) -> None:
    plain = tuned(family)
    alone = started(planned, family, plain)
    picture = painted(alone, job(style=plain))[0]
    alone.close()
    tensors = load_file(tmp_path / "style.safetensors")
    save_file({name: torch.cat([each, each], dim=-1) for name, each in tensors.items()}, tmp_path / "wide.safetensors")
    runner = started(planned, family, plain, tuned(family, lora=lora(file="wide.safetensors")))
    assert np.array_equal(painted(runner, job(style=plain))[0], picture)
    runner.close()


def test_a_style_whose_lora_is_for_another_family_is_declined_and_named_at_start(
    family: Family,
    planned: Planner,
    lora: Callable[..., Lora],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Family.SD15 if family is Family.EDIT else Family.EDIT
    make(planned(other), tmp_path / "other.safetensors")
    plain, misfit = tuned(family), tuned(family, lora=lora(file="other.safetensors"))
    runner = started(planned, family, plain, misfit)
    assert "other.safetensors" in caplog.text
    (result,) = runner.run([job(style=misfit)], lambda *_: None)
    assert isinstance(result, DeclinedError)
    painted(runner, job(style=plain))
    runner.close()


def test_the_lora_that_makes_few_steps_enough_is_part_of_the_model(
    family: Family, planned: Planner, tmp_path: Path
) -> None:
    plan = planned(family)
    file = make(plan, tmp_path / "few.safetensors")
    runners = [DiffusionRunner(each, [tuned(family)]) for each in (plan, with_few_steps(plan, file))]
    for runner in runners:
        runner.load()
    plain, distilled = (painted(runner, job(style=tuned(family)))[0] for runner in runners)
    assert not np.array_equal(plain, distilled)


def with_few_steps(plan: Plan, file: Path) -> Plan:
    return Plan(device=plan.device, profile=plan.profile, weights=plan.weights, few_steps=file, home=plan.home)


def test_what_is_no_lora_is_refused(family: Family, planned: Planner, tmp_path: Path) -> None:
    plan, model = planned(family), family_model(family)
    pipe = loading.open_painting(model, plan.weights.folder, plan.profile, cpu(), None)
    (tmp_path / "broken.safetensors").write_bytes(b"nonsense")
    with pytest.raises(LoadError, match=r"broken\.safetensors"):
        loading.add_lora(model, pipe, tmp_path / "broken.safetensors", "broken")
