"""The ways to push: one table. What is told beneath an answer makes no call; it is in `next_message`."""

from bot.channels.custom import Custom
from bot.channels.mass import Mass
from bot.channels.subscribe import Subscribe
from bot.channels.template import Template

CHANNELS = (Custom, Template, Subscribe, Mass)
