"""How the bot does, for whoever watches over it: metrics and health over HTTP."""

from bot.telemetry.health import MAIN, Health, Sources
from bot.telemetry.metrics import Metrics
from bot.telemetry.server import listening, serving

__all__ = ["MAIN", "Health", "Metrics", "Sources", "listening", "serving"]
