"""Every way in: slash commands, buttons, and the way back in after a restart; a file a feature."""
