"""What tests of the console may ask for: the office, open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import ManualClock
from tests.bot.console.client import Office, office_settings, open_office


@pytest.fixture
async def office(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Office]:
    """The running bot with its console, on a fresh database, second factors not required."""
    async with open_office(office_settings(tmp_path), clock) as opened:
        yield opened
