"""Tiny checkpoints with random weights, in the models' true classes: what the real loading code is tried on."""

import string
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    DDIMScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    Qwen2Tokenizer,
    Qwen3Config,
    Qwen3ForCausalLM,
    ViTConfig,
    ViTForImageClassification,
)
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

from engine.diffusion.models import Family

_CHAT = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"


def build(family: Family, folder: Path, *, seed: int = 0) -> Path:
    """Write a checkpoint of the family into the folder."""
    torch.manual_seed(seed)
    builders: dict[Family, Callable[[], object]] = {Family.EDIT: _klein, Family.SD15: _sd15, Family.SDXL: _sdxl}
    pipeline = builders[family]()
    pipeline.save_pretrained(folder)  # type: ignore[attr-defined]  # every pipeline has it
    return folder


def build_classifier(folder: Path, *scores: float, labels: Sequence[str] = ("normal", "nsfw"), seed: int = 0) -> Path:
    """Write a classifier of pictures into the folder.

    Parameters
    ----------
    scores
        What it says of whatever it sees, as logits, one for each label; without them it looks, and knows nothing.
    """
    torch.manual_seed(seed)
    config = ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
    )
    model = ViTForImageClassification(config)
    model.classifier = head = torch.nn.Linear(16, len(labels))
    if scores:
        torch.nn.init.zeros_(head.weight)
        head.bias.data = torch.tensor(scores, dtype=torch.float32)
    model.save_pretrained(folder)
    ViTImageProcessorPil(
        size={"height": 32, "width": 32}, image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5]
    ).save_pretrained(folder)
    return folder


def _klein() -> Flux2KleinPipeline:
    letters = _alphabet()
    tokenizer = Qwen2Tokenizer(
        vocab={
            letter: number for number, letter in enumerate([*letters, "<|endoftext|>", "<|im_start|>", "<|im_end|>"])
        },
        merges=[],
        pad_token="<|endoftext|>",
        eos_token="<|im_end|>",
        chat_template=_CHAT,
    )
    encoder = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=28,  # the pipeline reads the hidden states of layers 9, 18 and 27
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=8,
            max_position_embeddings=1024,
            tie_word_embeddings=True,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
        )
    )
    transformer = Flux2Transformer2DModel(
        patch_size=1,
        in_channels=16,  # four times the latent channels
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=16 * 3,  # three hidden states of the encoder
        timestep_guidance_channels=256,
        axes_dims_rope=[4, 4, 4, 4],  # they add up to a head
        guidance_embeds=False,
    )
    vae = AutoencoderKLFlux2(
        sample_size=32,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(4,) * 4,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=1,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    return Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True, shift=3.0),
        vae=vae,
        text_encoder=encoder,
        tokenizer=tokenizer,
        transformer=transformer,
        is_distilled=True,
    )


def _sd15() -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae=_autoencoder(),
        text_encoder=CLIPTextModel(_clip_config()),
        tokenizer=_clip_tokenizer(),
        unet=UNet2DConditionModel(**_unet_config(), cross_attention_dim=32),
        scheduler=DDIMScheduler(
            beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, steps_offset=1, clip_sample=False
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _sdxl() -> StableDiffusionXLPipeline:
    return StableDiffusionXLPipeline(
        vae=_autoencoder(),
        text_encoder=CLIPTextModel(_clip_config()),
        text_encoder_2=CLIPTextModelWithProjection(_clip_config(projection_dim=32)),
        tokenizer=_clip_tokenizer(),
        tokenizer_2=_clip_tokenizer(),
        unet=UNet2DConditionModel(
            **_unet_config(),
            cross_attention_dim=64,  # both encoders side by side
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=8 * 6 + 32,
        ),
        scheduler=EulerDiscreteScheduler(
            beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, steps_offset=1
        ),
    )


def _unet_config() -> dict[str, object]:
    return {
        "block_out_channels": (8, 16),
        "layers_per_block": 1,
        "norm_num_groups": 4,
        "sample_size": 16,
        "in_channels": 4,
        "out_channels": 4,
        "attention_head_dim": 2,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    }


def _autoencoder() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(4,) * 4,  # four of them, so that a latent is an eighth of the picture
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=2,
        sample_size=32,
    )


def _clip_config(*, projection_dim: int = 512) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(_clip_tokenizer()),
        hidden_size=32,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        bos_token_id=512,
        eos_token_id=513,
        pad_token_id=513,
        projection_dim=projection_dim,
    )


def _clip_tokenizer() -> CLIPTokenizer:
    letters = _alphabet()
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={word: number for number, word in enumerate(words)}, merges=[], model_max_length=77)


def _alphabet() -> list[str]:
    """The 256 letters that stand for bytes in GPT-2's vocabulary: printable ones for themselves, others shifted."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [256 + number for number in range(256 - len(plain))]
    assert set(string.printable) - set(string.whitespace) <= {chr(code) for code in plain}
    return [chr(code) for code in (*plain, *others)]
