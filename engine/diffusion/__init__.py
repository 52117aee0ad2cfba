"""The engine that the product is named for: diffusion models on a GPU. The only home of torch and diffusers."""

import logging
import os

# While they are imported, these libraries tell of kernels and image processors that nobody here needs.
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("DIFFUSERS_VERBOSITY", "error")
for _name in ("torchao", "torch.utils._pytree"):
    logging.getLogger(_name).setLevel(logging.ERROR)
