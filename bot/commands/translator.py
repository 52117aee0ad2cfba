"""Tells Discord what our commands mean in other languages. What people type stays the same; menus are read alone."""

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, locale_str

from bot.ui.language import ENGLISH, _, nearest, speaking


class Translator(app_commands.Translator):
    """Looks descriptions, choices and the names of menus up in our catalogues."""

    async def translate(self, string: locale_str, locale: Locale, context: TranslationContextTypes) -> str | None:
        """In the language that we have for this locale; None where that is English, which Discord shows by itself."""
        language = nearest(locale.value)
        if language == ENGLISH or _is_typed(context):
            return None
        with speaking(language):
            return _(string.message)


def _is_typed(context: TranslationContextTypes) -> bool:
    if context.location is TranslationContextLocation.command_name:
        return not isinstance(context.data, app_commands.ContextMenu)
    return context.location in (TranslationContextLocation.group_name, TranslationContextLocation.parameter_name)
