"""The ways to push: one table."""

from bot.channels.custom import Custom

CHANNELS = (Custom,)
