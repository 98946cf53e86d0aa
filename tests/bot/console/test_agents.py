"""What browsers call themselves, in two words."""

from __future__ import annotations

import pytest

from bot.console.agents import described

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (CHROME, "Chrome 124 · Windows"),
        (CHROME + " Edg/124.0.2478.51", "Edge 124 · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0", "Firefox 125 · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_4) Version/17.4 Safari/604.1", "Safari 604 · iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/116.0 MicroMessenger/8.0.49", "WeChat 8 · Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
        ("\udcff\udcfeBot 1", "Bot"),
        ("<script>" * 20, ("<script>" * 20)[:60]),
    ],
)
def test_a_browser_and_its_system(agent: str, said: str) -> None:
    """Enough to know one's own again; what is unknown is cut short."""
    assert described(agent) == said
