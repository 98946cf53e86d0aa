"""What a browser calls itself, in two words: enough to know one's own again in a list."""

from __future__ import annotations

BROWSERS = (
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("QQBrowser/", "QQ"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)
LIMIT = 60  # characters


def described(agent: str) -> str:
    """Browser and system, such as "Chrome 124 · Windows"; of what is unknown its own first word."""
    agent = agent.encode("ascii", "ignore").decode()  # a header may hold any bytes
    browser = next((f"{name} {_version(agent, mark)}".strip() for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    found = " · ".join(part for part in (browser, system) if part)
    return (found or agent.partition(" ")[0])[:LIMIT]


def _version(agent: str, mark: str) -> str:
    text = agent.partition(mark)[2].partition(".")[0].partition(" ")[0]
    return text if text.isdigit() else ""
