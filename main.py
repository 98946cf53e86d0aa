"""Start here: hands what the bot says to the command line."""

from bot.cli import build_cli
from handlers import ROUTER, WORDS

if __name__ == "__main__":
    build_cli(ROUTER, WORDS)()
