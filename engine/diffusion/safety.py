"""The safety classifier as transformers runs it, on the CPU: from a picture to how likely it is to be unsafe."""

from dataclasses import dataclass
from typing import Any, Final

import torch
from transformers import AutoImageProcessor, AutoModelForImageClassification
from transformers.utils import logging as transformers_logging

from engine.contract import Pixels
from engine.diffusion.classifier import Classifier
from engine.diffusion.foreign import ONE_AT_A_TIME, LoadError, translated
from engine.errors import LostError
from engine.safety import Score

_HERE: Final = {"local_files_only": True, "trust_remote_code": False}


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    """The network with what prepares pictures for it: neither has types."""

    model: Any
    processor: Any
    unsafe: list[int]

    def __call__(self, pixels: Pixels) -> float:
        """The shares of all unsafe labels together, 0..1; NaN where the network gives nothing finite.

        The processor scales a photo down by itself: 1600 x 1600 pixels take it some 10 ms on one core, the network 400.
        """
        prepared = self.processor(pixels, return_tensors="pt", input_data_format="channels_last")
        with torch.inference_mode():
            logits = self.model(pixel_values=prepared["pixel_values"]).logits[0]
        return float(logits.double().softmax(-1)[self.unsafe].sum().clamp(max=1))


def open_classifier(found: Classifier) -> Score:
    """Load it from its folder alone, never from pickle, and without code of its own.

    It runs on the CPU also where a GPU is: there it takes well under a second, the GPU's memory is the model's that
    paints, and an error of the GPU must not be one of the checks as well.

    Raises
    ------
    LostError
        It can't be loaded; the text is one sentence that says why.
    """
    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()  # what matters of its notes is raised below
    try:
        with ONE_AT_A_TIME, translated(found.folder):
            return _opened(found)
    except LoadError as error:
        raise LostError(str(error)) from None


def _opened(found: Classifier) -> _Network:
    model, told = AutoModelForImageClassification.from_pretrained(
        found.folder,
        **_HERE,
        variant=found.variant,
        use_safetensors=True,
        dtype=torch.float32,
        output_loading_info=True,
    )
    if lacking := min(told["missing_keys"], default=None):  # it would be random, and judge at random
        raise LoadError(f"{found.folder}: tensors are missing in the files, {lacking} among them; bring whole ones")
    # "pil" is the one that needs no torchvision
    processor = AutoImageProcessor.from_pretrained(found.folder, **_HERE, backend="pil")
    return _Network(model.eval(), processor, sorted(found.unsafe))
