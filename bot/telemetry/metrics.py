"""Metrics for Prometheus: what happened is counted as it happens, how things stand is read when it is asked for.

No label is an id, a name of a person's or a server's, or a text from outside, and each has few values.
"""

import math
import platform
import re
from collections.abc import Collection, Iterator
from importlib import metadata
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric

from bot.telemetry.health import MAIN, Name, Report, Sources, state_of
from engine.failover import State

_WAITS: Final = (1, 2, 5, 10, 20, 30, 60, 120, 240, 480, 780)  # seconds, up to the longest that is promised
_PACES: Final = (0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)
_OTHER: Final = "other"
_A_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}", re.ASCII)


class Metrics:
    """A `bot.witness.Witness` that counts.

    Parameters
    ----------
    styles
        Ids that may be a label; others count as "other".
    """

    def __init__(self, styles: Collection[str]) -> None:
        self._registry = registry = CollectorRegistry()
        self._styles = frozenset(styles)
        self._engines, self._reasons, self._kinds = _Few(8), _Few(64, _A_WORD), _Few(64, _A_WORD)
        self._requests = Counter(
            "animify_requests", "Requests, by what became of them.", ["outcome"], registry=registry
        )
        self._refusals = Counter("animify_refusals", "Requests not taken, by reason.", ["reason"], registry=registry)
        self._failures = Counter("animify_failures", "Requests that failed, by error.", ["kind"], registry=registry)
        self._pictures = Counter("animify_pictures", "Pictures posted.", ["style", "engine"], registry=registry)
        self._paces = Histogram(
            "animify_engine_seconds", "Engine time of a picture.", ["engine"], buckets=_PACES, registry=registry
        )
        self._waits = Histogram(
            "animify_wait_seconds", "From a request's charge to its turn.", buckets=_WAITS, registry=registry
        )
        for outcome in ("accepted", "refused", "delivered", "failed", "cancelled"):
            self._requests.labels(outcome)  # zeros are told, so that a rate is one from the first on
        built = Gauge("animify_build_info", "What runs.", ["version", "python"], registry=registry)
        built.labels(_version(), platform.python_version()).set(1)
        ProcessCollector(registry=registry)

    def accepted(self) -> None:
        """See `Witness`."""
        self._requests.labels("accepted").inc()

    def refused(self, reason: str) -> None:
        """See `Witness`."""
        self._requests.labels("refused").inc()
        self._refusals.labels(self._reasons.name(reason)).inc()

    def granted(self, *, waited: float) -> None:
        """See `Witness`."""
        self._waits.observe(waited)

    def delivered(self, *, style: str, engine: str, seconds: float) -> None:
        """See `Witness`."""
        painter = self._engines.name(engine)
        self._requests.labels("delivered").inc()
        self._pictures.labels(style if style in self._styles else _OTHER, painter).inc()
        self._paces.labels(painter).observe(seconds)

    def failed(self, kind: str) -> None:
        """See `Witness`."""
        self._requests.labels("failed").inc()
        self._failures.labels(self._kinds.name(kind)).inc()

    def cancelled(self) -> None:
        """See `Witness`."""
        self._requests.labels("cancelled").inc()

    def written(self, sources: Sources, report: Report, accept: str = "") -> tuple[bytes, str]:
        """Everything as text, and the content type of the text.

        Parameters
        ----------
        accept
            What the scraper's Accept header says.
        """
        encode, content_type = choose_encoder(accept)
        return encode(_Both(self._registry, sources, report)), content_type


class _Few:
    """Names that become labels: the first so many that look like one; all others are "other"."""

    def __init__(self, most: int, pattern: re.Pattern[str] | None = None) -> None:
        self._most = most
        self._pattern = pattern
        self._known: set[str] = set()

    def name(self, name: str) -> str:
        if name not in self._known:
            if len(self._known) >= self._most or (self._pattern and not self._pattern.fullmatch(name)):
                return _OTHER
            self._known.add(name)
        return name


class _Both:
    """What was counted, and how things stand, as one thing to collect from."""

    def __init__(self, registry: CollectorRegistry, sources: Sources, report: Report) -> None:
        self._registry = registry
        self._sources = sources
        self._report = report

    def collect(self) -> Iterator[Metric]:
        yield from self._registry.collect()
        yield from _lanes(self._sources)
        yield from _parts(self._report)
        yield from _gateway(self._sources)


def _lanes(sources: Sources) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("animify_queue_waiting", "Requests that wait for a slot.", labels=["lane"])
    running = GaugeMetricFamily("animify_queue_running", "Requests that hold a slot.", labels=["lane"])
    slots = GaugeMetricFamily("animify_engine_slots", "Slots that the engine offers now.", labels=["lane"])
    for name, lane in sources.lanes.items():
        waiting.add_metric([name], lane.dispatcher.waiting)
        running.add_metric([name], lane.dispatcher.running)
        slots.add_metric([name], lane.studio.engine.slots)
    yield from (waiting, running, slots)
    states = GaugeMetricFamily(
        "animify_engine_state", "1 for the state of the engine that comes first.", labels=["state"]
    )
    now = state_of(sources.lanes[MAIN].studio.engine)
    for state in State:
        states.add_metric([state], state is now)
    yield states


def _parts(report: Report) -> Iterator[Metric]:
    alive = GaugeMetricFamily("animify_alive", "0 where only a restart can help.", labels=["part"])
    ready = GaugeMetricFamily("animify_ready", "1 where a part would do its share of a request.", labels=["part"])
    for name, part in report.parts.items():
        alive.add_metric([name], part.alive)
        ready.add_metric([name], part.ready)
    yield from (alive, ready)
    yield GaugeMetricFamily("animify_taking", "0 while draining or stopping.", value=report.taking)
    if isinstance(seconds := report.parts[Name.DATABASE].said.get("seconds"), float):
        yield GaugeMetricFamily("animify_database_seconds", "What a small transaction took just now.", value=seconds)


def _gateway(sources: Sources) -> Iterator[Metric]:
    gateway = sources.gateway
    yield GaugeMetricFamily("animify_gateway_servers", "Servers that the bot is in.", value=len(gateway.guilds))
    if math.isfinite(gateway.latency):
        yield GaugeMetricFamily(
            "animify_gateway_latency_seconds", "From a heartbeat to its answer.", value=gateway.latency
        )


def _version() -> str:
    try:
        return metadata.version("animify")
    except metadata.PackageNotFoundError:  # run from its files
        return "unknown"
