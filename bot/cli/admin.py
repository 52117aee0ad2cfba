"""`animify admin`: caps, whom the bot serves nowhere, and draining; carried out by the bot if one is running."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.cli import failure, orders
from bot.cli.failure import CommandError
from bot.store import Action, Order, Scope, StoreError, beside, overview
from bot.store.beside import Beside

_EVERY: Final = "every"
_NO_ID: Final = 2**63  # ids are below, and so are SQLite's integers
_MOST_PICTURES: Final = 1_000_000
_MOST_LETTERS: Final = 500


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(_NO_ID))


def _id(text: str) -> int:
    if _is_number(text) and 0 < int(text) < _NO_ID:
        return int(text)
    raise typer.BadParameter(f"{text!r} is no id: ids are numbers, and Discord's developer mode shows them.")


def _id_or_every(text: str) -> int:
    return 0 if text == _EVERY else _id(text)


def _pictures(text: str) -> int | None:
    if text == "none":
        return None
    if _is_number(text) and int(text) <= _MOST_PICTURES:
        return int(text)
    raise typer.BadParameter(
        f"{text!r} is neither a number from 0 to {_MOST_PICTURES} nor the word none.", param_hint="'AMOUNT|none'"
    )


_Id = Annotated[int, typer.Argument(metavar="ID", parser=_id, help="The id; Discord's developer mode shows it.")]
_Who = Annotated[
    int, typer.Argument(metavar="ID|every", parser=_id_or_every, help="An id, or every one that has no cap of its own.")
]
_Amount = Annotated[str, typer.Argument(metavar="AMOUNT|none", help="Pictures a day, from 0; none lifts the cap.")]
_Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why; the audit keeps it.")]


def register(cli: typer.Typer) -> None:
    """Add the commands."""
    caps = _group("How many pictures a day (UTC) one server, or one member over all servers, may have.")
    caps.command("show", help="List the caps, and what is used of them today.")(show_caps)
    caps.command("server", help="Cap a server, all its members together.")(cap_server)
    caps.command("member", help="Cap a member over all servers and direct messages.")(cap_member)
    deny = _group("Serve a server or a member nowhere. What they have queued is cancelled and refunded.")
    deny.command("list", help="List whom the bot serves nowhere.")(show_denied)
    deny.command("server", help="Serve nobody in this server, whoever has installed the bot.")(deny_server)
    deny.command("member", help="Serve this member in no server and no direct message.")(deny_member)
    allow = _group("Serve a server or a member again.")
    allow.command("server", help="Serve this server again.")(allow_server)
    allow.command("member", help="Serve this member again.")(allow_member)
    drain = _group("Let nothing new in, so that the bot can be stopped when nobody waits.")
    drain.command("on", help="Let nothing new in, until you say otherwise. What was promised goes on.")(drain_on)
    drain.command("off", help="Let requests in again.")(drain_off)
    drain.command("status", help="Say whether it drains, and how many pictures are still to be made.")(show_load)
    admin = _group("Caps, whom to serve nowhere, and draining: for whoever runs the bot, also while it runs.")
    for name, group in (("caps", caps), ("deny", deny), ("allow", allow), ("drain", drain)):
        admin.add_typer(group, name=name)
    cli.add_typer(admin, name="admin")


def cap_server(who: _Who, amount: _Amount, reason: _Reason = None) -> None:
    """Set or lift a cap of servers."""
    _give(Order(action=Action.CAP, scope=Scope.SERVER, target=who, amount=_pictures(amount), reason=reason))


def cap_member(who: _Who, amount: _Amount, reason: _Reason = None) -> None:
    """Set or lift a cap of members."""
    _give(Order(action=Action.CAP, scope=Scope.MEMBER, target=who, amount=_pictures(amount), reason=reason))


def deny_server(server: _Id, reason: _Reason = None) -> None:
    """Deny a server."""
    _give(Order(action=Action.DENY, scope=Scope.SERVER, target=server, reason=reason))


def deny_member(member: _Id, reason: _Reason = None) -> None:
    """Deny a member."""
    _give(Order(action=Action.DENY, scope=Scope.MEMBER, target=member, reason=reason))


def allow_server(server: _Id, reason: _Reason = None) -> None:
    """Take a server's denial back."""
    _give(Order(action=Action.ALLOW, scope=Scope.SERVER, target=server, reason=reason))


def allow_member(member: _Id, reason: _Reason = None) -> None:
    """Take a member's denial back."""
    _give(Order(action=Action.ALLOW, scope=Scope.MEMBER, target=member, reason=reason))


def drain_on(reason: _Reason = None) -> None:
    """Begin to drain."""
    _give(Order(action=Action.DRAIN, reason=reason))


def drain_off(reason: _Reason = None) -> None:
    """End it."""
    _give(Order(action=Action.RESUME, reason=reason))


def show_caps() -> None:
    """List the caps."""
    with _reading() as database:
        found = database.transact(overview.caps_set)
        erased = database.transact(lambda tx: overview.erased(tx, "cap"))
    rows = [(_named(cap.scope, cap.target), str(cap.amount), "" if cap.target == 0 else str(cap.used)) for cap in found]
    _print(("who", "pictures a day", "used today"), rows, nothing="no caps are set")
    _tell_of_erased(erased)


def show_denied() -> None:
    """List the denied."""
    with _reading() as database:
        found = database.transact(overview.denied)
        erased = database.transact(lambda tx: overview.erased(tx, "denied"))
    rows = [(_named(one.scope, one.target), _instant(one.at), one.reason or "") for one in found]
    _print(("who", "since", "reason"), rows, nothing="nobody is denied")
    _tell_of_erased(erased)


def show_load() -> None:
    """Say how far draining is."""
    with _reading() as database:
        load = database.transact(overview.load)
    todo = f"{load.queued} queued, {load.running} running"
    if load.draining_since is None:
        typer.echo(f"not draining: requests are let in; {todo}")
        return
    done = "" if load.queued + load.running else ": nobody waits, the bot can be stopped"
    typer.echo(f"draining since {_instant(load.draining_since)}; {todo}{done}")


def _group(words: str) -> typer.Typer:
    return typer.Typer(help=words, no_args_is_help=True)


def _give(order: Order) -> None:
    if order.reason is not None and not 0 < len(order.reason) <= _MOST_LETTERS:
        raise CommandError(f"--reason: from 1 to {_MOST_LETTERS} characters")
    settings = failure.settings()
    with failure.told(StoreError):
        answer = orders.carried_out(settings, order)
    if not answer.ok:
        raise CommandError(answer.sentence)
    typer.echo(answer.sentence)


@contextmanager
def _reading() -> Iterator[Beside]:
    with failure.told(StoreError), beside.opened(failure.settings().database) as database:
        yield database


def _named(scope: Scope, target: int | None) -> str:
    if target is None:
        return f"a {scope} who was erased"
    return f"{scope} {target}" if target else f"every other {scope}"


def _instant(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC"


def _print(headings: Sequence[str], rows: Sequence[Sequence[str]], *, nothing: str) -> None:
    if not rows:
        typer.echo(nothing)
        return
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # as texts, since a reason is no markup
    Console().print(table)


def _tell_of_erased(count: int) -> None:
    if count:
        typer.echo(f"and {count} of members who were erased, should they come back")
