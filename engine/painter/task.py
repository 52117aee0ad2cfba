"""The painter's task: what its child process runs, and how a call and its answer are written.

The parent imports this module to name the task, so it must not load OpenCV before it paints.
"""

import numpy as np

from engine.child import Note
from engine.contract import Pixels
from engine.link import Header
from styles.recipe import Recipe


def call(pixels: Pixels, recipe: Recipe, strength: float, seed: int) -> tuple[Header, bytes]:
    """Write a call of `run`."""
    header = {
        "shape": pixels.shape,
        # what was not set must stay unset: a recipe may forbid parts by their presence
        "recipe": recipe.model_dump_json(exclude_unset=True),
        "strength": strength,
        "seed": seed,
    }
    return header, pixels.tobytes()


def run(header: Header, payload: bytes, note: Note) -> tuple[Header, bytes]:
    """Paint, in the child. Notes carry `step` and `steps`; the answer's bytes are pixels of the call's shape."""
    from engine.painter.paint import paint  # noqa: PLC0415 - OpenCV costs 50 MB, which only the child should spend

    painted = paint(
        np.frombuffer(payload, np.uint8).reshape(header["shape"]),
        Recipe.model_validate_json(header["recipe"]),
        header["strength"],
        header["seed"],
        lambda step, steps: note({"step": step, "steps": steps}),
    )
    return {}, painted.tobytes()
