"""What an account may do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bot.emulator.account import RIGHTS, Account, Kind

ABILITIES = sorted(RIGHTS)


def _may(account: Account, kind: Kind, *, certified: bool) -> set[str]:
    mode = "plain" if kind == "test" else "safe"
    other = msgspec.structs.replace(account, kind=kind, certified=certified, mode=mode)
    return {ability for ability in ABILITIES if other.may(ability)}


def test_rights_follow_kind_and_certificate(account: Account) -> None:
    """Uncertified accounts only answer; certified subscriptions lack what names single followers; services have all."""
    assert _may(account, "subscription", certified=False) == {"basic"}
    assert _may(account, "service", certified=False) == {"basic"}
    assert _may(account, "subscription", certified=True) == {"basic", "custom", "mass", "menu", "users", "media"}
    assert _may(account, "service", certified=True) == set(ABILITIES)


def test_a_test_account_cannot_mass_send(account: Account) -> None:
    """The sandbox has the rights of a certified service account except mass sending."""
    assert _may(account, "test", certified=False) == set(ABILITIES) - {"mass", "mass_list"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"token": "a"}, "token"),
        ({"token": "with space"}, "token"),
        ({"aes_key": "short"}, "aes_key"),
        ({"aes_key": ""}, "aes_key"),
        ({"kind": "test"}, "mode"),
    ],
)
def test_refuses_what_the_console_would(account: Account, changes: dict[str, Any], why: str) -> None:
    """Settings that the console does not save are refused by name."""
    with pytest.raises(ValueError, match=why):
        msgspec.structs.replace(account, **changes)
