"""What a page asks of whoever opens it, as steps of one ladder: each step may do what those below it may."""

from __future__ import annotations

from enum import IntEnum


class Permission(IntEnum):
    """The steps. STARTED is whoever gave a right password and has still to give or set up a second factor."""

    ANYONE = 0
    STARTED = 1
    VIEWER = 2
    EDITOR = 3
    APPROVER = 4
    ADMIN = 5

    @classmethod
    def of(cls, role: str) -> Permission:
        """What a role may do."""
        return cls[role.upper()]
