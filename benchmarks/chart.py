"""`python -m benchmarks.chart FILE.json FILE.svg`: the whole job as bars, each the share of the bare server's speed."""

from __future__ import annotations

import json
import sys
from html import escape
from pathlib import Path

LEFT, WIDTH, ROW, TOP = 250, 420, 30, 48  # pixels
COLUMNS = {"÷ bare": "#2563eb", "1 ÷ cpu": "#94a3b8"}


def draw(rows: dict[str, dict[str, float]], title: str) -> str:
    """An SVG of two bars for each competitor: by throughput, and by processor time of a message."""
    bars = {name: {"÷ bare": row["÷ bare"], "1 ÷ cpu": 1 / row["cpu ÷"]} for name, row in rows.items()}
    height = TOP + ROW * len(bars) + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 90} {height}" font-family="sans-serif" '
        f'font-size="12"><rect width="100%" height="100%" fill="#fff"/>'
        f'<text x="10" y="22" font-size="14" font-weight="bold">{escape(title)}</text>'
    ]
    for number, (name, values) in enumerate(bars.items()):
        y = TOP + ROW * number
        parts.append(f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        for place, (column, colour) in enumerate(COLUMNS.items()):
            width = max(1.0, WIDTH * min(values[column], 1.0))
            top = y + 2 + 11 * place
            parts.append(f'<rect x="{LEFT}" y="{top}" width="{width:.0f}" height="9" fill="{colour}"/>')
            parts.append(f'<text x="{LEFT + width + 5:.0f}" y="{top + 9}" font-size="10">{values[column]:.3g}</text>')
    legend = {"÷ bare": "messages a second", "1 ÷ cpu": "messages by processor time"}
    for place, (column, colour) in enumerate(COLUMNS.items()):
        x = LEFT + 200 * place
        parts.append(f'<rect x="{x}" y="{height - 22}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 15}" y="{height - 13}">{legend[column]}</text>')
    return "".join([*parts, "</svg>\n"])


def main(source: str, target: str) -> None:
    """Read the results of `job` from a file of results, write the picture."""
    rows = json.loads(Path(source).read_text())["job"]["rows"]
    Path(target).write_text(draw(rows, "The whole job, as a share of a bare aiohttp handler in the same run"))


if __name__ == "__main__":
    main(*sys.argv[1:])
