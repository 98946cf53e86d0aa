"""The ladder of permissions."""

from __future__ import annotations

from bot.console.permissions import Permission
from bot.store.staff import ROLES


def test_every_role_has_its_step() -> None:
    """In the order of the roles, all above whoever is only halfway in."""
    steps = [Permission.of(role) for role in ROLES]
    assert steps == sorted(steps)
    assert len(set(steps)) == len(ROLES)
    assert min(steps) > Permission.STARTED > Permission.ANYONE
