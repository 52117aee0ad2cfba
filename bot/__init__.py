"""Everything that waits: Discord, SQL and the command line."""

from bot.logs import events_become_records

events_become_records()  # before any part speaks: structlog would print on stdout, where a command's answers go
