"""From plans to an engine: what runs where, and what importing it costs others."""

import asyncio
import gc
import os
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

from engine.contract import Engine, Picture
from engine.diffusion import importing
from engine.diffusion.build import build
from engine.diffusion.importing import beside_a_loop
from engine.diffusion.models import Family
from engine.local import Moment
from tests.engine.diffusion.conftest import Planner
from tests.engine.fakes import Signals, catalogue, job, photo


async def picture_of(engine: Engine, name: str, seed: int) -> Picture:
    async with aclosing(engine.stylize(job(name, seed=seed, pixels=photo(90, 120)))) as events:
        *_, last = [event async for event in events]
    assert isinstance(last, Picture)
    return last


async def test_two_devices_are_two_threads_behind_one_inbox(planned: Planner) -> None:
    observed = Signals()
    plan = planned(Family.SD15, batch=1)
    engine = await build([plan, plan], [catalogue()["ghibli"]], waits=False, observer=observed)
    assert engine.slots == 0
    await observed.until(Moment.READY, times=2)
    assert engine.slots == 2 * (1 + 1)  # one under way and one ahead, for each
    pictures = await asyncio.gather(*(picture_of(engine, str(number), seed=3) for number in range(4)))
    assert len({picture.pixels.tobytes() for picture in pictures}) == 1
    assert all(picture.pixels.shape == (90, 120, 3) for picture in pictures)
    await engine.close()
    assert engine.slots == 0


async def test_a_batch_is_as_large_as_what_waits(planned: Planner) -> None:
    observed = Signals()
    engine = await build([planned(Family.SD15, batch=3)], [catalogue()["ghibli"]], waits=True, observer=observed)
    await asyncio.gather(*(picture_of(engine, str(number), seed=number) for number in range(6)))
    assert sorted(len(ids) for ids in observed.of(Moment.STARTED) if isinstance(ids, tuple)) == [3, 3]
    await engine.close()


def test_importing_leaves_the_interpreter_as_it_was() -> None:
    interval = sys.getswitchinterval()
    with beside_a_loop("a_module_that_nobody_imported"):
        assert not gc.isenabled()
        assert sys.getswitchinterval() < interval
    assert gc.isenabled()
    assert sys.getswitchinterval() == interval
    gc.unfreeze()


def test_one_thread_imports_at_a_time() -> None:
    for module in ("a_module_that_nobody_imported", "json"):
        with beside_a_loop(module):
            assert importing._ONE_AT_A_TIME.locked()
        assert not importing._ONE_AT_A_TIME.locked()
    gc.unfreeze()


def test_what_is_imported_already_disturbs_nobody() -> None:
    with beside_a_loop("json"):
        assert gc.isenabled()


def test_the_bot_starts_without_torch() -> None:
    code = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"torch", "diffusers", "transformers", "safetensors", "huggingface_hub"}:
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Refuse())
import bot.app, bot.cli
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_model_is_loaded_from_its_folder_without_a_hub(planned: Planner, tmp_path: Path) -> None:
    folder = planned(Family.EDIT).weights.folder
    photo_file = tmp_path / "photo.png"
    code = f"""
import numpy as np
from PIL import Image
Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 80, 3), dtype=np.uint8)).save({str(photo_file)!r})
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    command = [sys.executable, "-m", "bot", "transform", str(photo_file), "--style", "ghibli", "--output"]
    command += [str(tmp_path / "out.png"), "--engine", "diffusion", "--model", str(folder), "--no-checks"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "ANIMIFY_SIZE": "256", "ANIMIFY_MODELS": str(tmp_path)}
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.png").stat().st_size > 0
