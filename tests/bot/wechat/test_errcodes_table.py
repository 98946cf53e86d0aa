"""Every code that the platform's pages name, with what they ask for, against our table: none is missing."""

from __future__ import annotations

from datetime import datetime

from bot.clock import SHANGHAI
from bot.errors import (
    Forbidden,
    QuotaSpent,
    Refused,
    Temporary,
    TokenRejected,
    TooFast,
    Unreachable,
    WeChatError,
)
from bot.wechat.errcodes import DONE, TABLE, make_error
from tests.each import of_each

NOON = datetime(2026, 11, 22, 12, tzinfo=SHANGHAI)

RETRY = (Temporary, TooFast)  # back off and try again
TOKEN = (TokenRejected,)  # another token, once
WAIT = (QuotaSpent, Temporary)  # until the period is over, or somebody has confirmed
STOP = (Forbidden,)  # configuration or permission: tell a person
FIX = (Refused,)  # a bad request
USER = (Unreachable,)  # this follower only
EITHER = (Refused, Forbidden)  # the pages name both for the group

Codes = tuple[int | range, ...]
PAGES: tuple[tuple[Codes, tuple[type[WeChatError], ...]], ...] = (
    ((-1, 43108, 42010, 45011, 45066, 53501, 9500001, 9500002, 268488001), RETRY),
    ((40001, 40014, 42001), TOKEN),
    ((43100, 45009, 45028, 48006, 89504), WAIT),
    ((40013, 40037, 40125, 40164, 40200, 40243, 43104, 43107, 43116, 45026, 45027, 45062, 45113), STOP),
    ((48001, 48003, 48004, 48008, 50001, 50002, 53500, range(53503, 53506), 61003, 61004, 61007, 61023), STOP),
    ((89501, 89503, 89505, 89506, 89507), STOP),
    ((40003, 43004, 43005, 43019, 43101, 45015, 45047, 46004, 48002, 50005, 70000), USER),
    ((62751, 10706, 10703, 10700), USER),
    ((40002, range(40004, 40013), range(40015, 40029), 40029, 40163, 40030, 40031, 40032, 40130, 40033), FIX),
    ((40035, 40038, 40039, 40048, 40050, 40051, 40117, 40054, 40055, 40059, 40060, 40065, 40204), FIX),
    ((40132, 40137, 40155, 40152, 40246, range(41001, 41010), 41030, 42002, 42003, 42007, range(43001, 43004)), FIX),
    ((range(44001, 44005), range(45001, 45009), 45010, 45016, 45017, 45018, range(45056, 45060), 45064, 45067), FIX),
    ((45083, 45084, 45109, 45110, 45157, 45158, 45159, 45162, 45166, 45168, range(46001, 46004)), FIX),
    ((47001, 47003, 48005, 48021, 48022, 49003, range(53404, 53407), 53502, 53600), FIX),
    ((range(61450, 61458), 61500, 61501, 63002, range(76001, 76005), 76021, 76022, 87009, 87014), FIX),
    ((range(88000, 88011), range(9001001, 9001037), 9410010, 9410011, 9410012), FIX),
    ((40053, range(65301, 65315), 65316, 65317, 65320, range(65400, 65413), 65416, 65417), EITHER),
    ((200001, 200002, range(200011, 200023), 200100), EITHER),
)
WELL = (0, 45065, 45072, 45080, 45081)


def codes(group: Codes) -> list[int]:
    """Each code of a group."""
    return [code for part in group for code in (part if isinstance(part, range) else (part,))]


ACTIONS = {code: kinds for group, kinds in PAGES for code in codes(group)}


@of_each({str(code): (code, kinds) for code, kinds in sorted(ACTIONS.items())})
def test_a_code_asks_for_what_the_pages_say(asked: tuple[int, tuple[type[WeChatError], ...]]) -> None:
    """Its error is one of those that do it."""
    code, kinds = asked
    assert code in TABLE or kinds == EITHER
    assert isinstance(make_error(code, "", now=NOON), kinds)


def test_no_code_is_ours_alone() -> None:
    """What the table sorts stands on the pages, and nothing of theirs is left to chance."""
    assert TABLE.keys() - ACTIONS.keys() == set()
    assert ACTIONS.keys() - TABLE.keys() <= {code for code, kinds in ACTIONS.items() if kinds == EITHER}
    assert set(WELL) == DONE
