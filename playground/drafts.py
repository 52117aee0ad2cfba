"""From a request's form to a message that obeys Discord's rules, or the refusal; nothing is stored here."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from playground import fields
from playground.components import check_message_components
from playground.embeds import check_embeds
from playground.errors import Code, DiscordError, Json, invalid
from playground.layout import media, number_all, visible_text
from playground.mentions import check_allowed_mentions
from playground.unfurling import PICTURES
from playground.uploads import Form, Upload, arrange, check_files, describe
from playground.values import CDN, MEDIA, NO_FLAGS, Attachment, Message, MessageFlags

MAX_CONTENT = 2000
LEGACY_FIELDS = ("content", "embeds", "poll", "sticker_ids")
REFERENCE = "attachment://"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a message will say; `uploads` are the bytes of those attachments that are new, by path.

    `forgotten` are the names of files that nobody sees, and that nobody hid on purpose: see `_forgotten`.
    """

    content: str
    flags: MessageFlags
    embeds: tuple[Json, ...]
    components: tuple[Json, ...]
    attachments: tuple[Attachment, ...]
    uploads: dict[str, Upload] = field(repr=False)
    forgotten: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join((self.content, *visible_text(self.components)))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message is written: the CDN folder for its files, their size limit, a source of ids, settable flags."""

    folder: str
    filesize_limit: int
    next_id: Callable[[], int]
    settable: MessageFlags
    ephemeral: bool = False


def compose(form: Form, place: Place, old: Message | None = None) -> Draft:
    """Merge a form with the message that it edits, if any, and check the result.

    Raises
    ------
    DiscordError
        50035, 50006, 30015 or 40005, as Discord does.
    """
    body = form.body
    fields.text(body, "content", "", most=MAX_CONTENT, least=0)
    check_embeds(body.get("embeds") or ())
    check_allowed_mentions(body)
    flags = _flags(body, old, place.settable)
    content = (body["content"] or "") if "content" in body else (old.content if old else "")
    embeds = tuple(body["embeds"] or ()) if "embeds" in body else (old.embeds if old else ())
    v2 = bool(flags & MessageFlags.IS_COMPONENTS_V2)
    if v2:
        _refuse_legacy_fields(body | {"content": content, "embeds": embeds})
    fresh = {
        index: describe(upload, place.next_id(), place.folder, ephemeral=place.ephemeral)
        for index, upload in form.files.items()
    }
    attachments = arrange(form, old.attachments if old else (), fresh)
    check_files(form, len(attachments), place.filesize_limit)
    embeds = tuple(_resolved(each, attachments) for each in embeds)
    components = _components(body, attachments, v2=v2) if "components" in body else (old.components if old else ())
    if not (content or embeds or components or attachments or body.get("sticker_ids")):
        raise DiscordError(Code.EMPTY_MESSAGE, "empty-message")
    uploads = {each.path: form.files[index] for index, each in fresh.items()}
    forgotten = _forgotten(attachments, components, body, old) if v2 else ()
    return Draft(content, flags, embeds, components, attachments, uploads, forgotten)


def _forgotten(
    attachments: tuple[Attachment, ...], components: tuple[Json, ...], body: Json, old: Message | None
) -> tuple[str, ...]:
    """Under Components V2: files that no component shows, except old ones that were listed, or hidden before."""
    known = old.attachments if old else ()
    meant = known if "attachments" in body or old is None else _unshown(known, old.components)
    ids = {each.id for each in meant}
    return tuple(each.filename for each in _unshown(attachments, components) if each.id not in ids)


def _unshown(attachments: tuple[Attachment, ...], components: tuple[Json, ...]) -> list[Attachment]:
    addresses = {each["url"] for each in media(components)}
    return [each for each in attachments if each.url not in addresses]


def _flags(body: Json, old: Message | None, settable: MessageFlags) -> MessageFlags:
    kept = old.flags if old else NO_FLAGS
    given = fields.number(body, "flags", "", least=0, most=(1 << 31) - 1)
    if given is None:
        return kept
    asked = MessageFlags(given)
    if kept & MessageFlags.IS_COMPONENTS_V2 and not asked & MessageFlags.IS_COMPONENTS_V2:
        what = "The Components V2 flag cannot be removed from a message."
        raise invalid("flags", "v2-flag-removed", what, "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG")
    return (kept & ~settable) | (asked & settable)


def _refuse_legacy_fields(body: Json) -> None:
    for name in LEGACY_FIELDS:
        if body.get(name):
            what = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            raise invalid(name, "v2-legacy-field", what, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")


def _components(body: Json, attachments: tuple[Attachment, ...], *, v2: bool) -> tuple[Json, ...]:
    components = fields.listing(body, "components", "", most=40)
    check_message_components(components, v2=v2)
    number_all(components)
    for item in media(components):
        _resolve(item, attachments)
    return tuple(components)


def _resolve(item: Json, attachments: tuple[Attachment, ...]) -> None:
    """Turn a reference by name, or an old signed address, into the attachment's own unsigned address."""
    address = item["url"]
    path = unquote(urlsplit(address).path)
    for each in attachments:
        if address == REFERENCE + each.filename or path == each.path:
            item.update(
                url=each.url,
                proxy_url=each.url.replace(CDN, MEDIA),
                attachment_id=str(each.id),
                content_type=each.content_type,
                width=each.width,
                height=each.height,
            )
            return
    if address.startswith(REFERENCE):
        raise _unknown_reference("components", address)


def _resolved(embed: Json, attachments: tuple[Attachment, ...]) -> Json:
    """The embed with pictures by name replaced by the attachments' own unsigned addresses."""
    addresses = {REFERENCE + each.filename: each.url for each in attachments}
    shown: Json = {}
    for slot in PICTURES:
        address = (embed.get(slot) or {}).get("url", "")
        if address.startswith(REFERENCE):
            if address not in addresses:
                raise _unknown_reference("embeds", address)
            shown[slot] = {**embed[slot], "url": addresses[address]}
    return embed | shown


def _unknown_reference(path: str, address: str) -> DiscordError:
    what = f"The referenced attachment '{address.removeprefix(REFERENCE)}' was not found in the attachments."
    return invalid(path, "unknown-attachment-reference", what, "UNKNOWN_ATTACHMENT_REFERENCE")
