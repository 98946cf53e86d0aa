"""What stands at the side of every page: one table of places, each with who may go there. Their names stand in the
template console/nav.html, by key."""

from __future__ import annotations

from dataclasses import dataclass

from bot.console.permissions import Permission


@dataclass(frozen=True)
class Place:
    """An entry of the navigation."""

    key: str
    path: str
    permission: Permission
    group: str


BOOKS = ("paper", "topic", "fact", "rated")  # kinds of parts that are looked up beside the policies
HOME = "home"  # under its path stand all others
PLACES = (
    Place(HOME, "/console", Permission.VIEWER, "work"),
    Place("corpus", "/console/policies", Permission.VIEWER, "corpus"),
    Place("review", "/console/drafts", Permission.VIEWER, "corpus"),
    Place("import", "/console/import", Permission.EDITOR, "corpus"),
    Place("export", "/console/export", Permission.VIEWER, "corpus"),
    Place("departments", "/console/departments", Permission.VIEWER, "corpus"),
    Place("keywords", "/console/lexicon", Permission.VIEWER, "corpus"),
    Place("editions", "/console/editions", Permission.VIEWER, "corpus"),
    Place("try", "/console/try", Permission.VIEWER, "talk"),
    Place("unanswered", "/console/unanswered", Permission.VIEWER, "talk"),
    Place("tickets", "/console/tickets", Permission.VIEWER, "talk"),
    Place("canned", "/console/canned-answers", Permission.VIEWER, "talk"),
    Place("analytics", "/console/analytics", Permission.VIEWER, "talk"),
    Place("broadcasts", "/console/broadcasts", Permission.VIEWER, "push"),
    Place("phone-menu", "/console/phone-menu", Permission.VIEWER, "office"),
    Place("codes", "/console/codes", Permission.VIEWER, "office"),
    Place("staff", "/console/staff", Permission.ADMIN, "office"),
    Place("audit", "/console/audit", Permission.APPROVER, "office"),
    Place("settings", "/console/settings", Permission.ADMIN, "office"),
)


# Pages that stand under no path of a place, by what their own begin with: the place that leads to them.
BENEATH = {
    "/console/books": "corpus",
    "/console/conversations": "unanswered",
    "/console/edit": "keywords",
    "/console/parts": "keywords",
    "/console/revisions": "editions",
    "/console/simulations": "review",
    **{f"/console/{page}/{kind}": "corpus" for page in ("edit", "parts") for kind in ("policy", *BOOKS, "edition")},
    **{f"/console/{page}/{kind}": "departments" for page in ("edit", "parts") for kind in ("department", "hours")},
}


def places(permission: Permission) -> dict[str, list[Place]]:
    """What somebody may go to, by group."""
    found: dict[str, list[Place]] = {}
    for place in PLACES:
        if place.permission <= permission:
            found.setdefault(place.group, []).append(place)
    return found


def current(path: str) -> str:
    """The key of the place that a page belongs to: the longest path that it stands under."""
    known = {place.path: place.key for place in PLACES} | BENEATH
    under = [one for one in known if path == one or (path.startswith(f"{one}/") and known[one] != HOME)]
    return known[max(under, key=len)] if under else ""
