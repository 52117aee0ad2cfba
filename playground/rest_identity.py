"""Who am I, where is the gateway, which guilds are there: the calls around a login."""

from playground.calls import Answer, Call, Route
from playground.errors import Code, DiscordError


async def get_me(call: Call) -> Answer:
    return call.backend.payloads.user(call.backend.world.bot) | {"verified": True, "mfa_enabled": False}


async def get_application(call: Call) -> Answer:
    bot = call.backend.payloads.user(call.backend.world.bot)
    return {
        "id": bot["id"],
        "name": bot["username"],
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "owner": bot,
        "team": None,
    }


async def get_gateway(call: Call) -> Answer:
    limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
    address = {"url": "wss://gateway.discord.gg"}
    return address | {"shards": 1, "session_start_limit": limit} if call.route.endswith("bot") else address


async def get_user(call: Call) -> Answer:
    user = call.backend.world.users.get(call.id("user_id"))
    if user is None:
        raise DiscordError(Code.UNKNOWN_USER, "unknown-user")
    return call.backend.payloads.user(user)


async def open_direct_message(call: Call) -> Answer:
    recipient = (await call.form()).body.get("recipient_id", 0)
    user = call.backend.world.users.get(int(recipient))
    if user is None:
        raise DiscordError(Code.UNKNOWN_USER, "unknown-user")
    return call.backend.payloads.channel(call.backend.world.direct_channel(user))


async def get_guild(call: Call) -> Answer:
    return call.backend.payloads.guild(call.guild(unless=Code.UNKNOWN_GUILD))


async def get_guild_channels(call: Call) -> Answer:
    return list(call.backend.payloads.guild(call.guild())["channels"])


async def get_member(call: Call) -> Answer:
    guild, user = call.guild(), call.id("user_id")
    if user not in guild.members:
        raise DiscordError(Code.UNKNOWN_MEMBER, "unknown-member")
    return call.backend.payloads.member(guild, user)


async def get_active_threads(call: Call) -> Answer:
    threads = call.backend.world.active_threads(call.guild().id)
    return {"threads": [call.backend.payloads.channel(each) for each in threads], "members": []}


ROUTES = (
    Route("GET", "/users/@me", get_me),
    Route("GET", "/oauth2/applications/@me", get_application),
    Route("GET", "/applications/@me", get_application),
    Route("GET", "/gateway", get_gateway),
    Route("GET", "/gateway/bot", get_gateway),
    Route("POST", "/users/@me/channels", open_direct_message),
    Route("GET", "/users/{user_id}", get_user),
    Route("GET", "/guilds/{guild_id}", get_guild, "guild_id"),
    Route("GET", "/guilds/{guild_id}/channels", get_guild_channels, "guild_id"),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", get_member, "guild_id"),
    Route("GET", "/guilds/{guild_id}/threads/active", get_active_threads, "guild_id"),
)
