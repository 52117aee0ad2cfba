"""What `animify doctor` finds out about models: devices, how one would run, its files, who paints, and who checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import engines
from bot.cli import inventory
from bot.cli.inventory import SHORT, Item, said
from bot.engines import Diffusion
from bot.settings import EngineChoice, Settings
from engine.diffusion import classifier, plan
from engine.diffusion.models import KLEIN, Family
from engine.diffusion.plan import NoDeviceError
from engine.diffusion.profiles import Device, Kind, Profile, ProfileError, Wishes, check, choose, default_model
from engine.diffusion.weights import Fault

ABSENT: Final = f"not known: the libraries are not installed; {plan.INSTALL} does it"
"""What is said of devices where nothing can be asked."""

_GIB: Final = 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    needed
        `animify run` does not start, or does not paint, without it.
    """

    what: str
    fine: bool
    detail: str
    needed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything about diffusion.

    Attributes
    ----------
    findings
        The same for people.
    devices
        None of them where the libraries are not there.
    profile
        How the model would run; None where that can't be known, or nothing would run it.
    safety
        The safety classifier; None where the operator wants none.
    """

    findings: Sequence[Finding]
    devices: Sequence[Device]
    profile: Profile | None
    model: Item
    safety: Item | None


def diagnose(settings: Settings) -> Diagnosis:
    """Look at everything, and load nothing. Imports torch."""
    choice, diffusion = settings.engine, Diffusion.of(settings, ())
    devices, missing = _devices()
    device = _decisive(devices, choice)
    name = diffusion.wishes.model or (default_model(device) if device else None) or KLEIN.id
    model = inventory.model(name, settings.models)
    profile, fault = _profile(device, diffusion.wishes, model)
    refusals = diffusion.problems(choice)

    def finding(what: str, detail: str, problem: str | None) -> Finding:
        needed = problem is not None and any(line in refusals for line in problem.splitlines())
        return Finding(what, fine=problem is None, needed=needed, detail="; ".join(detail.splitlines()))

    findings = [Finding("devices", fine=missing is None, needed=False, detail=missing or _listed(devices))]
    if devices:
        findings.append(finding("profile", fault or _described(profile, device, model), fault))
    findings.append(finding("model", _told(model), model.problem))
    none = ("none: `animify run` does not start like this", "\n".join(refusals))
    findings.append(finding("engine", *(none if refusals else _serving(choice, device, model, missing or fault))))
    safety = inventory.safety(settings.safety_model, settings.models) if settings.safety_model else None
    findings.append(_checks(safety, settings))
    return Diagnosis(findings=findings, devices=devices, profile=profile, model=model, safety=safety)


def _devices() -> tuple[list[Device], str | None]:
    """What there is, or why that is not known."""
    if not plan.installed():
        return [], ABSENT
    try:
        return plan.survey(), None
    except NoDeviceError as error:
        return [], str(error)


def _decisive(devices: Sequence[Device], choice: EngineChoice) -> Device | None:
    """The device that decides how a model runs: of several GPUs the fullest; the CPU only where it is asked for."""
    least = min(devices, key=lambda device: device.free, default=None)
    if least is None or (least.kind is Kind.CPU and choice is not EngineChoice.DIFFUSION):
        return None
    return least


def _profile(device: Device | None, wishes: Wishes, model: Item) -> tuple[Profile | None, str | None]:
    """How the model would run, or why it can't; neither where nothing would run it."""
    try:
        family = None if model.family is None else Family(model.family)
        if device is None or family is None:
            check(wishes, family)
            return None, None
        if wishes.model is None and default_model(device) is None:
            return None, f"{_memory(device)}: too little for any model"
        return choose(device, wishes, model.name, family), None
    except ProfileError as error:
        return None, str(error)


def _serving(choice: EngineChoice, device: Device | None, model: Item, fault: str | None) -> tuple[str, str | None]:
    """Who paints, and why it is not who should."""
    if choice is EngineChoice.PAINTER:
        return "the painter, as ANIMIFY_ENGINE says", None
    if choice is EngineChoice.AUTO and not plan.installed():
        return "the painter; with the libraries and a GPU a model would paint", None
    if choice is EngineChoice.AUTO and not (device and engines.wants_a_model(choice)):
        return "the painter; with a GPU a model would paint", None
    if fault is not None:
        return "the painter, since no model can", fault
    if model.problem is not None:
        return "the painter, until the model is there", model.problem
    return f"{model.name}, with the painter behind it", None


def _checks(safety: Item | None, settings: Settings) -> Finding:
    """Who looks at photos and pictures; one that lies here and can't be used lets nothing through."""
    if safety is None:
        return Finding(
            "safety", fine=True, needed=False, detail="off, as ANIMIFY_SAFETY_MODEL says: nothing is checked"
        )
    if refusals := engines.safety_problems(settings.safety_model, settings.models):
        return Finding("safety", fine=False, detail="; ".join(refusals))
    if not classifier.installed():
        return Finding("safety", fine=False, needed=False, detail="nothing is checked: the libraries are not installed")
    if safety.state == Fault.NOT_FETCHED:
        return Finding("safety", fine=False, needed=False, detail=f"nothing is checked: {safety.problem}")
    if safety.problem:
        return Finding("safety", fine=False, detail=f"every photo is refused: {safety.problem}")
    return Finding("safety", fine=True, needed=False, detail=_told(safety))


def _listed(devices: Sequence[Device]) -> str:
    gpu = any(device.kind is not Kind.CPU for device in devices)
    return ("" if gpu else "no GPU; ") + "; ".join(map(_memory, devices))


def _memory(device: Device) -> str:
    return f"{device.name}, {device.free / _GIB:.1f} of {device.total / _GIB:.1f} GiB free"


def _described(profile: Profile | None, device: Device | None, model: Item) -> str:
    if profile is None or device is None:
        return "none without a GPU" if device is None else f"not known before {model.name} is there"
    how = f"{profile.precision}, {profile.size} px, batch {profile.batch}, offload {profile.offload}"
    measured = "" if device.kind is Kind.CPU else "; not measured on a GPU yet"
    return f"{profile.model} in {how}, since {profile.why}{measured}"


def _told(model: Item) -> str:
    facts = [model.family, model.size and said(model.size), f"licence {model.licence or 'unknown'}"]
    known = f"({', '.join(fact for fact in facts if fact)})"
    if model.problem:
        return f"{model.problem} {known}" if model.family else model.problem
    return f"{model.name} {known}, " + (f"commit {model.commit[:SHORT]}" if model.commit else "a local folder")
