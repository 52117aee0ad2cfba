"""The addresses of messages."""


def message(server_id: int, channel_id: int | None, message_id: int | None) -> str:
    """The address of a message; `server_id` is 0 in direct messages."""
    return f"https://discord.com/channels/{server_id or '@me'}/{channel_id}/{message_id}"
