"""`python -m bot` is the `animify` command."""

from bot.cli import main

main()
