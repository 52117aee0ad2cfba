"""A chat page on loopback, for people who try the bot by hand instead of by script."""

from playground.page.server import Page

__all__ = ["Page"]
