"""Everything that waits: Discord, SQL and the command line."""
