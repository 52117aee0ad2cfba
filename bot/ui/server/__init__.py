"""The card of /server: what a server has set, what is wrong with it, and how each setting is changed."""

from bot.ui.server.card import PAGE, card, form
from bot.ui.server.settings import SETTINGS, named
from bot.ui.server.values import Fault, Page, Server, Setting

__all__ = ["PAGE", "SETTINGS", "Fault", "Page", "Server", "Setting", "card", "form", "named"]
