"""A hub on loopback that speaks what `huggingface_hub` asks: the model's API, and its files, in ranges, by redirect."""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import close_session  # type: ignore[attr-defined]  # public, but not to the types
from safetensors.numpy import save

SIGNATURE = "signature=dont-tell"

_API = re.compile(r"/api/models/(?P<repo>[^/]+/[^/]+)(?:/revision/(?P<revision>[^/]+))?")
_RESOLVE = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")
_STORE = re.compile(r"/store/(?P<sha>[0-9a-f]{64})")


def tensors(seed: int = 0, size: int = 64) -> bytes:
    """A safetensors file of about 4 * size bytes."""
    return save({"weight": np.random.default_rng(seed).random(size, dtype=np.float32)})


def index(kind: str, **parts: str | None) -> bytes:
    """A `model_index.json`; a part that is None is one that the pipeline does without."""
    named = {name: ["diffusers", made_of] if made_of else [None, None] for name, made_of in parts.items()}
    return json.dumps({"_class_name": kind, "_diffusers_version": "0.42.1", **named}).encode()


def sd15() -> dict[str, bytes]:
    """What is loaded of a Stable Diffusion 1.5: the net in shards, and one encoder."""
    shards = {"a": "diffusion_pytorch_model-00001-of-00002.safetensors"}
    shards["b"] = shards["a"].replace("-00001-", "-00002-")
    return {
        "model_index.json": index(
            "StableDiffusionPipeline",
            unet="UNet2DConditionModel",
            vae="AutoencoderKL",
            scheduler="PNDMScheduler",
            text_encoder="CLIPTextModel",
            tokenizer="CLIPTokenizer",
            safety_checker="StableDiffusionSafetyChecker",
            feature_extractor=None,
        ),
        "unet/config.json": b"{}",
        "unet/diffusion_pytorch_model.safetensors.index.json": json.dumps({"weight_map": shards}).encode(),
        f"unet/{shards['a']}": tensors(1, 4096),
        f"unet/{shards['b']}": tensors(2),
        "vae/config.json": b'{"a": 1}',
        "vae/diffusion_pytorch_model.safetensors": tensors(3),
        "scheduler/scheduler_config.json": b'{"b": 1}',
        "text_encoder/config.json": b'{"c": 1}',
        "text_encoder/model.safetensors": tensors(4),
        "tokenizer/vocab.json": b'{"a": 0}',
        "tokenizer/merges.txt": b"#version: 0.2\n",
    }


def a_classifier(*labels: str) -> dict[str, bytes]:
    """A repository with a safety classifier, and what lies beside it."""
    named = {str(number): label for number, label in enumerate(labels or ("normal", "nsfw"))}
    return {
        "README.md": b"---\nlicense: apache-2.0\n---\n",
        "config.json": json.dumps({"model_type": "vit", "id2label": named}).encode(),
        "preprocessor_config.json": b'{"image_processor_type": "ViTImageProcessor"}',
        "model.safetensors": tensors(10),
        "pytorch_model.bin": b"pickle",
        "optimizer.pt": b"pickle",
        "onnx/model.onnx": b"onnx",
        "onnx/config.json": b"{}",
    }


def clutter() -> dict[str, bytes]:
    """What lies beside it on the hub and is never loaded."""
    return {
        "README.md": b"---\nlicense: mit\n---\n",
        "v1-5-pruned.safetensors": tensors(5),
        "v1-5-pruned.ckpt": b"pickle",
        "unet/diffusion_pytorch_model.bin": b"pickle",
        "unet/diffusion_pytorch_model.bin.index.json": b"{}",
        "unet/diffusion_pytorch_model.fp16.safetensors": tensors(6),
        "unet/diffusion_pytorch_model.non_ema.safetensors": tensors(7),
        "vae/diffusion_flax_model.msgpack": b"flax",
        "vae_1_0/diffusion_pytorch_model.safetensors": tensors(8),
        "text_encoder/model.onnx": b"onnx",
        "text_encoder/openvino_model.xml": b"<net/>",
        "text_encoder/onnx/config.json": b"{}",
        "safety_checker/config.json": b"{}",
        "safety_checker/model.safetensors": tensors(9),
    }


@dataclass
class Repo:
    """A repository: every commit's files, and what its card says."""

    main: str = ""
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=lambda: {"license": "creativeml-openrail-m"})
    gated: bool | str = False

    def push(self, files: Mapping[str, bytes]) -> str:
        """A new commit, which `main` points at from now on."""
        told = repr((self.main, sorted(files.items()))).encode()
        self.main = hashlib.sha1(told, usedforsecurity=False).hexdigest()
        self.commits[self.main] = dict(files)
        return self.main


@dataclass(frozen=True)
class Request:
    """One request as it came in."""

    method: str
    path: str
    range: str | None
    authorization: str | None


@dataclass
class FakeHub:
    """The repositories, what was asked, and what goes wrong.

    Attributes
    ----------
    cuts
        For a file's path, after how many bytes its connections are cut, one after the other.
    status
        Answered to everything where it is set.
    lies
        For a file's path, other bytes than the listing promises.
    """

    url: str = ""
    repos: dict[str, Repo] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    cuts: dict[str, list[int]] = field(default_factory=dict)
    status: int | None = None
    page: bytes | None = None
    lies: dict[str, bytes] = field(default_factory=dict)

    def repo(self, name: str, files: Mapping[str, bytes], **more: Any) -> Repo:
        self.repos[name] = Repo(**more)
        self.repos[name].push(files)
        return self.repos[name]

    def asked(self, part: str) -> list[Request]:
        """The requests whose path has this part in it."""
        return [request for request in self.requests if part in request.path]


def unsettle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine's owner has told the library, and its patience."""
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", "/nowhere/token")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)  # so that a small file comes in several
    monkeypatch.setattr(time, "sleep", lambda _: None)  # it waits before it tries again


@contextmanager
def serving() -> Iterator[FakeHub]:
    """A hub that is up in this block, and a library that keeps no connection to it afterwards."""
    hub = FakeHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hub
    finally:
        close_session()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Bound(_Handler):
        fake = hub

    return Bound


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two packets, and nobody shall wait for the second
    fake: FakeHub

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base names it so
        """Say nothing."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.fake.requests.append(
            Request(self.command, self.path, self.headers["Range"], self.headers["Authorization"])
        )
        if self.fake.status is not None:
            self._answer(self.fake.status)
        elif self.fake.page is not None:
            self._answer(200, self.fake.page)
        elif told := _API.fullmatch(path):
            self._model(told["repo"], told["revision"])
        elif told := _RESOLVE.fullmatch(path):
            self._resolve(told["repo"], told["revision"], told["path"])
        elif told := _STORE.fullmatch(path):
            self._stored(told["sha"])
        else:
            self._answer(404)

    def _model(self, name: str, revision: str | None) -> None:
        repo = self.fake.repos.get(name)
        if repo is None:
            self._answer(401, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"})
            return
        commit = repo.main if revision in {None, "main"} else revision
        if commit not in repo.commits:
            self._answer(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            return
        siblings = [_sibling(path, data) for path, data in repo.commits[commit].items()]
        body = {"id": name, "sha": commit, "gated": repo.gated, "cardData": repo.card, "siblings": siblings}
        self._answer(200, json.dumps(body).encode())

    def _resolve(self, name: str, revision: str, path: str) -> None:
        repo = self.fake.repos[name]
        if repo.gated and not self.headers["Authorization"]:
            self._answer(401, b"{}", {"X-Error-Code": "GatedRepo", "X-Error-Message": "Access is restricted."})
            return
        data = repo.commits[revision][path]
        headers = {"X-Repo-Commit": revision, "ETag": f'"{_blob(data)}"'}
        if not path.endswith(".safetensors"):
            self._send(path, self.fake.lies.get(path, data), headers)
            return
        # large files lie elsewhere, behind an address that is signed
        sha = hashlib.sha256(data).hexdigest()
        address = f"{self.fake.url}/store/{sha}?{SIGNATURE}&path={path}"
        self._answer(302, b"", {**headers, "X-Linked-ETag": f'"{sha}"', "Location": address})

    def _stored(self, sha: str) -> None:
        files = (
            (path, data)
            for repo in self.fake.repos.values()
            for all_ in repo.commits.values()
            for path, data in all_.items()
        )
        path, data = next((path, data) for path, data in files if hashlib.sha256(data).hexdigest() == sha)
        self._send(path, self.fake.lies.get(path, data), {"ETag": f'"{sha}"'})

    def _send(self, path: str, data: bytes, headers: Mapping[str, str]) -> None:
        start = int(self.headers["Range"].removeprefix("bytes=").partition("-")[0]) if self.headers["Range"] else 0
        body = data[start:]
        told = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        cut = self.fake.cuts.get(path, [])
        self._answer(206 if start else 200, body, {**headers, **told}, cut=cut.pop(0) if cut else None)

    def _answer(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, cut: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:cut])
        self.close_connection = self.close_connection or cut is not None


def _sibling(path: str, data: bytes) -> dict[str, Any]:
    listed: dict[str, Any] = {"rfilename": path, "size": len(data), "blobId": _blob(data)}
    if path.endswith(".safetensors"):
        listed["blobId"] = "0" * 40  # that of the pointer, which is of no use
        listed["lfs"] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest(), "pointerSize": 130}
    return listed


def _blob(data: bytes) -> str:
    """Git's own name for these bytes."""
    return hashlib.sha1(b"blob %d\0%s" % (len(data), data), usedforsecurity=False).hexdigest()
