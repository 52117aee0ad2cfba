"""Pixels: everything between a stranger's bytes and a finished picture. Knows no Discord and no SQL."""
