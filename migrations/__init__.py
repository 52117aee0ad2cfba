"""The database's history, one numbered SQL file a step: applied forward only, and never edited once released."""
