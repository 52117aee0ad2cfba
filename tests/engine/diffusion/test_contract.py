"""What every Engine promises, tried on each family of models, alone and in front of the painter."""

from collections.abc import AsyncIterator

import pytest

from engine.checked import CheckedEngine
from engine.contract import Engine
from engine.diffusion.build import build
from engine.diffusion.models import Family
from engine.failover import FailoverEngine
from engine.local import LocalEngine
from engine.painter.runner import PainterRunner
from tests.engine.diffusion.conftest import Planner
from tests.engine.fakes import catalogue
from tests.engine.test_engine_contract import (  # noqa: F401 - pytest finds them here, with the engine of this module
    test_a_closed_engine_takes_nothing_on,
    test_closing_the_engine_ends_a_job_in_flight,
    test_closing_the_iterator_cancels_and_frees_the_slot,
    test_it_has_a_name_and_wants_work,
    test_it_paints_as_many_jobs_at_once_as_it_has_slots,
    test_progress_comes_in_order_and_then_exactly_one_picture,
    test_the_photo_is_left_as_it_was,
    test_the_picture_has_the_photos_shape_and_says_who_made_it,
    test_the_same_seed_gives_the_same_picture,
)


@pytest.fixture(params=["alone", "before the painter"])
async def engine(request: pytest.FixtureRequest, family: Family, planned: Planner) -> AsyncIterator[Engine]:
    model = await build([planned(family, batch=2)], [catalogue()["ghibli"]], waits=True)
    made = model
    if request.param != "alone":
        made = FailoverEngine(model, CheckedEngine(LocalEngine([PainterRunner()])))
    yield made
    await made.close()
