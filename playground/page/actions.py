"""What a person does on the page, by the name under which the browser posts it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playground.errors import Json
from playground.interactions import AnswerKind, Interaction, NoAnswerError
from playground.layout import interactive
from playground.member import Member
from playground.page.posted import Posted
from playground.permissions import Permissions
from playground.playground import Playground
from playground.stage import Channel
from playground.values import Message


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something that is pointed at, by its id."""

    id: int


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it, and with what."""

    playground: Playground
    person: Member
    posted: Posted

    @property
    def channel(self) -> Channel:
        return self.playground.channel(self.number("channel"))

    @property
    def message(self) -> Message:
        message = self.playground.world.messages.get(self.number("message"))
        if message is None:
            raise LookupError("This message is gone.")
        return message

    @property
    def options(self) -> dict[str, object]:
        """A command's options by name; ids come as objects, since they are no texts."""
        given = self.posted.body.get("options") or {}
        options = {name: Entity(int(each["id"])) if isinstance(each, dict) else each for name, each in given.items()}
        return options | {name: uploads[0] for name, uploads in self.posted.files.items()}

    def text(self, name: str) -> str:
        return str(self.posted.body[name])

    def number(self, name: str) -> int:
        return int(self.posted.body[name])


async def slash(deed: Deed) -> Interaction:
    return await deed.person.slash(deed.channel, deed.text("command"), **deed.options)


async def menu(deed: Deed) -> Interaction:
    """A command of a message's or a person's menu."""
    if "message" in deed.posted.body:
        return await deed.person.use_on_message(deed.channel, deed.text("command"), deed.message)
    return await deed.person.use_on_user(deed.channel, deed.text("command"), Entity(deed.number("user")))


async def click(deed: Deed) -> Interaction:
    return await deed.person.click(deed.message, deed.text("custom_id"))


async def select(deed: Deed) -> Interaction:
    return await deed.person.select(deed.message, deed.text("custom_id"), list(deed.posted.body["values"]))


async def submit(deed: Deed) -> Interaction:
    opened = deed.playground.interaction(deed.number("interaction"))
    values = dict(deed.posted.body.get("values") or {})
    return await deed.person.submit(opened, values | dict(deed.posted.files))


async def autocomplete(deed: Deed) -> Json:
    body = deed.posted.body
    try:
        choices = await deed.person.autocomplete(
            deed.channel, deed.text("command"), focused=deed.text("focused"), value=body["value"], **deed.options
        )
    except NoAnswerError:
        choices = []
    return {"choices": [{"name": each.name, "value": each.value} for each in choices]}


async def say(deed: Deed) -> Json:
    message = await deed.person.say(deed.channel, deed.text("text"), *deed.posted.files.get("files", ()))
    return {"message": str(message.id)}


async def delete(deed: Deed) -> Json:
    world, message = deed.playground.world, deed.message
    held = world.permissions(world.channels[message.channel_id], deed.person.id)
    if message.author.id != deed.person.id and not held & Permissions.MANAGE_MESSAGES:
        raise ValueError("Only its author and moderators can delete this message.")
    await deed.person.delete(message)
    return {}


async def speak(deed: Deed) -> Json:
    """Use Discord in another language."""
    deed.person.set_locale(deed.text("locale"))
    return {}


STARTS: dict[str, Callable[[Deed], Awaitable[Interaction]]] = {
    each.__name__: each for each in (slash, menu, click, select, submit)
}
"""What starts an interaction, which the bot answers."""

OTHERS: dict[str, Callable[[Deed], Awaitable[Json]]] = {
    each.__name__: each for each in (autocomplete, say, delete, speak)
}


def name_of(deed: Deed, verb: str) -> str | None:
    """What others read that this person used: a command, or what the button says."""
    if verb == "slash":
        return f"/{deed.text('command')}"
    if verb == "menu":
        return deed.text("command")
    if verb == "submit":
        return None
    component = interactive(deed.message.components, deed.text("custom_id")) or {}
    emoji = (component.get("emoji") or {}).get("name")
    return component.get("label") or component.get("placeholder") or emoji


async def outcome(interaction: Interaction) -> Json:
    """The bot's first answer: its kind, or None where it gave none, and the modal, if it is one."""
    about: Json = {"interaction": str(interaction.id)}
    try:
        response = await interaction.response()
    except NoAnswerError:
        return about | {"answer": None}
    modal = response.modal if response.type is AnswerKind.MODAL else None
    return about | {"answer": response.type.name.lower(), "modal": modal}
