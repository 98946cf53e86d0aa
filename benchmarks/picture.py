"""Figures over time as an SVG: one strip for each, and what went on meanwhile as bands behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, STRIP, LEFT, TOP = 960.0, 110.0, 120.0, 34.0
INK, BAND, LINE, FAINT = "#1f2937", "#fde68a", "#1d4ed8", "#d1d5db"

NAME = 18.0  # what the name of a band needs; where they stand closer none is written, and each shows under the mouse

Points = Sequence[tuple[float, float]]


def picture(series: Mapping[str, Points], bands: Sequence[tuple[str, float, float]]) -> str:
    """The strips, one below another; a figure that is no number is left out."""
    most = max((x for points in series.values() for x, _ in points), default=1.0) or 1.0
    height = TOP + len(series) * (STRIP + 16) + 24
    scale = (WIDTH - LEFT - 16) / most
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {height:.0f}" '
        f'font-family="sans-serif" font-size="11" fill="{INK}">',
        f'<rect width="{WIDTH:.0f}" height="{height:.0f}" fill="#ffffff"/>',
    ]
    named = len(bands) * NAME <= WIDTH - LEFT
    for name, begins, ends in bands:
        x, wide = LEFT + begins * scale, max(1.0, (ends - begins) * scale)
        parts.append(f'<rect x="{x:.1f}" y="{TOP:.0f}" width="{wide:.1f}" height="{height - TOP - 24:.0f}" '
                     f'fill="{BAND}" opacity="0.5"><title>{escape(name)}</title></rect>')  # fmt: skip
        if named:
            parts.append(f'<text x="{x:.1f}" y="{TOP - 6:.0f}" font-size="8" '
                         f'transform="rotate(-25 {x:.1f} {TOP - 6:.0f})">{escape(name)}</text>')  # fmt: skip
    for number, (name, points) in enumerate(series.items()):
        parts += strip(name, points, TOP + number * (STRIP + 16), scale)
    minutes = most / 60
    for part in (0, 0.25, 0.5, 0.75, 1):
        place = f'x="{LEFT + part * most * scale:.1f}" y="{height - 8:.0f}"'
        parts.append(f'<text {place} text-anchor="{"end" if part == 1 else "middle"}">{part * minutes:.0f} min</text>')
    return "\n".join([*parts, "</svg>\n"])


def strip(name: str, points: Points, top: float, scale: float) -> list[str]:
    """One figure from nought to its most."""
    known = [(x, y) for x, y in points if y == y]
    most = max((y for _, y in known), default=0.0) or 1.0
    places = " ".join(f"{LEFT + x * scale:.1f},{top + STRIP * (1 - y / most):.1f}" for x, y in known)
    return [
        f'<line x1="{LEFT}" x2="{WIDTH - 16}" y1="{top + STRIP:.1f}" y2="{top + STRIP:.1f}" stroke="{FAINT}"/>',
        f'<text x="{LEFT - 8}" y="{top + STRIP / 2:.1f}" text-anchor="end">{escape(name)}</text>',
        f'<text x="{LEFT - 8}" y="{top + 10:.1f}" text-anchor="end">{most:,.0f}</text>',
        f'<text x="{LEFT - 8}" y="{top + STRIP:.1f}" text-anchor="end">0</text>',
        f'<polyline points="{places}" fill="none" stroke="{LINE}"/>',
    ]
