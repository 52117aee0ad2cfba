"""What must survive a crash: quota, jobs and sealed secrets in SQLite."""

from bot.store.errors import (
    DatabaseFailedError,
    DatabaseLockedError,
    DatabaseUnreadableError,
    DuplicateRequestError,
    IllegalTransitionError,
    InFlightError,
    KeyFileError,
    MigrationError,
    OverQuotaError,
    RefusedError,
    StoreError,
    UnknownJobError,
    UnknownZoneError,
)
from bot.store.guilds import Guild
from bot.store.jobs import Job, State
from bot.store.limits import Layer, Usage
from bot.store.moderation import Change
from bot.store.proof import Fault
from bot.store.recovery import GivenUp, Recovery
from bot.store.requests import NewRequest, Receipt
from bot.store.store import Store
from bot.store.vault import Secrets

__all__ = [
    "Change",
    "DatabaseFailedError",
    "DatabaseLockedError",
    "DatabaseUnreadableError",
    "DuplicateRequestError",
    "Fault",
    "GivenUp",
    "Guild",
    "IllegalTransitionError",
    "InFlightError",
    "Job",
    "KeyFileError",
    "Layer",
    "MigrationError",
    "NewRequest",
    "OverQuotaError",
    "Receipt",
    "Recovery",
    "RefusedError",
    "Secrets",
    "State",
    "Store",
    "StoreError",
    "UnknownJobError",
    "UnknownZoneError",
    "Usage",
]
