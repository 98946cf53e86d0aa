"""What the pages of the corpus share."""

from __future__ import annotations

import threading
from typing import ClassVar

from bot.console.corpus import choices, deltas, edit_of, page_of, title_of
from bot.console.shapes import shape_of
from bot.revisions import Revision
from tests.small import small_corpus


def revision(**values: object) -> Revision:
    """A revision of a topic."""
    return Revision(kind="topic", key="技改", author="li", **values)  # type: ignore[arg-type]


def test_every_part_has_an_address() -> None:
    """Policies by their ids, other parts by kind and key, whatever stands in it."""
    assert page_of("policy", "q91-1") == "/console/policies/q91-1"
    assert (
        page_of("topic", "技改 & 首台套")
        == "/console/parts/topic?key=%E6%8A%80%E6%94%B9+%26+%E9%A6%96%E5%8F%B0%E5%A5%97"
    )
    assert (edit_of("topic"), edit_of("policy", "q91-1", "source")) == (
        "/console/edit/topic",
        "/console/edit/policy?key=q91-1&tab=source",
    )


async def test_wording_and_dates_are_differences_too() -> None:
    """Beside the fields of the body; a part that goes loses all of them."""
    before, after = (
        revision(body={"name": "技改"}, wording="旧"),
        revision(body={"name": "技改"}, wording="新", review_by="2027-01-01"),
    )
    assert [(delta.path, delta.kind) for delta in await deltas(before, after)] == [
        (("wording",), "changed"),
        (("review_by",), "changed"),
    ]
    assert [delta.kind for delta in await deltas(None, after)] == ["added", "added", "changed"]
    assert {delta.kind for delta in await deltas(before, revision(gone=True))} == {"removed"}


class Watched(str):
    """A text that notes in which thread it is compared."""

    threads: ClassVar[set[int]] = set()

    def __eq__(self, other: object) -> bool:
        """As any text."""
        self.threads.add(threading.get_ident())
        return super().__eq__(other)

    __hash__ = str.__hash__


async def test_answers_do_not_wait_for_differences() -> None:
    """However long the texts, they are compared in another thread than the one that answers."""
    before, after = revision(body={"name": Watched("技改")}), revision(body={"name": Watched("技术改造")})
    assert [delta.kind for delta in await deltas(before, after)] == ["changed"]
    assert Watched.threads
    assert threading.get_ident() not in Watched.threads


def test_parts_have_titles() -> None:
    """What people would call them."""
    assert title_of("policy", "q91-1", {"title": "技改"}) == "技改"
    assert title_of("synonym", "a", {"say": ["a", "b"]}) == "a / b"
    assert title_of("topic", "首台套", {}) == "首台套"


def test_a_form_offers_what_there_is() -> None:
    """Of the kinds of parts that the form names, at any depth."""
    offered = choices(small_corpus(), shape_of("policy"))
    assert ("city", "支持先进制造业若干政策 青政发〔2024〕11号") in offered["paper"]
    assert ("equipment", "设备投资") in offered["fact"]
    assert [key for key, _ in offered["topic"]] == ["技术改造", "首台套"]
    assert set(choices(small_corpus(), shape_of("topic"))) == set()
