"""What must survive a crash: quota, jobs and sealed secrets in SQLite."""

from bot.store.audit import Act, Action, Entry, Filter
from bot.store.cancelling import Cancelled, WouldCharge
from bot.store.commands import Answer, Order
from bot.store.desk import Desk
from bot.store.erasure import Plan, Post
from bot.store.errors import (
    DatabaseBusyError,
    DatabaseFailedError,
    DatabaseLockedError,
    DatabaseUnreadableError,
    DuplicateRequestError,
    IllegalTransitionError,
    InFlightError,
    KeyFileError,
    MigrationError,
    NotAdmittedError,
    OverCapError,
    OverQuotaError,
    RefusedError,
    StoreError,
    UnknownJobError,
    UnknownZoneError,
)
from bot.store.insight import Insight
from bot.store.jobs import Job, State
from bot.store.limits import Cap, Layer, RoleLimit, Scope, Usage
from bot.store.moderation import Blocked, Change
from bot.store.operator import Operator, Outcome
from bot.store.outbox import Outbox, Parcel
from bot.store.privacy import Privacy
from bot.store.proof import Fault
from bot.store.recovery import GivenUp, Recovery
from bot.store.reports import NewReport, NotFiled, Reports
from bot.store.standing import Judge
from bot.store.store import Store
from bot.store.submission import JudgeOfEach, NewJob, NewRequest, Receipt
from bot.store.vault import Secrets

__all__ = [
    "Act",
    "Action",
    "Answer",
    "Blocked",
    "Cancelled",
    "Cap",
    "Change",
    "DatabaseBusyError",
    "DatabaseFailedError",
    "DatabaseLockedError",
    "DatabaseUnreadableError",
    "Desk",
    "DuplicateRequestError",
    "Entry",
    "Fault",
    "Filter",
    "GivenUp",
    "IllegalTransitionError",
    "InFlightError",
    "Insight",
    "Job",
    "Judge",
    "JudgeOfEach",
    "KeyFileError",
    "Layer",
    "MigrationError",
    "NewJob",
    "NewReport",
    "NewRequest",
    "NotAdmittedError",
    "NotFiled",
    "Operator",
    "Order",
    "Outbox",
    "Outcome",
    "OverCapError",
    "OverQuotaError",
    "Parcel",
    "Plan",
    "Post",
    "Privacy",
    "Receipt",
    "Recovery",
    "RefusedError",
    "Reports",
    "RoleLimit",
    "Scope",
    "Secrets",
    "State",
    "Store",
    "StoreError",
    "UnknownJobError",
    "UnknownZoneError",
    "Usage",
    "WouldCharge",
]
