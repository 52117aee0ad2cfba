"""The styles' prompts as embeddings: read from the store, or computed by the text encoder, which is then closed."""

import logging
from collections.abc import Mapping, Sequence

import torch

from engine.diffusion import loading
from engine.diffusion.devices import Memory
from engine.diffusion.embeddings import Embeddings, Wording
from engine.diffusion.families import FamilyModel
from engine.diffusion.families.base import Tensors
from engine.diffusion.foreign import LoadError
from engine.diffusion.plan import Plan
from engine.diffusion.weights import revision
from styles import Prompt

KEPT = ".embeddings"
"""The folder that they lie in, among the fetched models."""

_ROOM = 1.3  # times its files: what a text encoder takes while it reads

_log = logging.getLogger(__name__)


def embed(plan: Plan, family: FamilyModel, prompts: Sequence[Prompt], memory: Memory) -> Mapping[Prompt, Tensors]:
    """Embeddings of each prompt, on the CPU.

    Raises
    ------
    LoadError
        Some are not kept, and the text encoder is not there or can't be loaded.
    """
    store = Embeddings(plan.home / KEPT)
    known = revision(plan.weights)
    precision = str(loading.dtype(plan.profile))
    wordings = {prompt: Wording(plan.weights.name, known, precision, prompt) for prompt in prompts}
    if missing := store.missing(wordings.values()):
        _compute(plan, family, missing, store, memory)
    return {prompt: tensors for prompt, wording in wordings.items() if (tensors := store.get(wording)) is not None}


def _compute(plan: Plan, family: FamilyModel, missing: Sequence[Wording], store: Embeddings, memory: Memory) -> None:
    if not plan.weights.has_text_encoder:
        raise LoadError(
            f"{plan.weights.folder}: the text encoder is not there, and {len(missing)} prompts are not kept yet; "
            f"`animify models fetch` brings it back"
        )
    _log.info("%s: reading %d prompts, once", plan.name, len(missing))
    pipe = loading.open_text(family, plan.weights.folder, plan.profile, _device(plan, memory))
    with torch.no_grad():
        for wording in missing:
            try:
                store.put(wording, family.embed(pipe, wording.prompt))
            except OSError as error:
                raise LoadError(f"{plan.home}: prompts can't be kept there: {error.strerror}") from None
    del pipe
    memory.release()


def _device(plan: Plan, memory: Memory) -> str:
    """The model's own device, where the text encoder finds room on it."""
    needed = sum(file.stat().st_size for file in plan.weights.folder.glob("text_encoder*/*.safetensors"))
    free = memory.free()
    return plan.device.torch_name if free is not None and free >= _ROOM * needed else "cpu"
