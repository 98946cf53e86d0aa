"""Start here: hands what the bot says to whoever reads the command."""

import gc

gc.disable()  # what is imported stays: looking through it over and over takes a tenth of a start

from bot.entrance import enter  # noqa: E402
from handlers import ROUTER, WORDS  # noqa: E402

if __name__ == "__main__":
    enter(ROUTER, WORDS)
