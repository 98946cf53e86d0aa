"""What the console publishes with proves a change once, and again once anything of it has changed."""

from __future__ import annotations

import msgspec

from tests.bot.console.client import Office
from tests.bot.console.sheets import published, saved


async def test_a_change_is_proved_once(office: Office) -> None:
    """The same proof for the same change against the same edition; another for another text or edition."""
    publishing = office.services.publishing
    assert publishing is not None
    number = await saved(await office.sign_in("editor"), "/console/edit/policy?key=q91-2", title="甲")
    draft = await publishing.revisions.get(number)
    assert draft is not None
    proof = await publishing.prove([draft])
    assert await publishing.prove([draft]) is proof
    assert await publishing.prove([msgspec.structs.replace(draft, edits=draft.edits + 1)]) is not proof
    await published(office, "/console/edit/topic?key=首台套", words="三首")
    later = await publishing.prove([draft])
    assert (proof.against, later.against) == (1, 2)


async def test_whether_a_draft_loads_is_tried_once(office: Office) -> None:
    """However many look at it; another text or another edition is tried anew."""
    publishing = office.services.publishing
    assert publishing is not None
    number = await saved(await office.sign_in("editor"), "/console/edit/policy?key=q91-2", related="q91-77")
    draft = await publishing.revisions.get(number)
    assert draft is not None
    look, again = await publishing.look([draft]), await publishing.look([draft])
    fault = look.fault
    assert fault is not None
    assert look is again
    assert (fault.key, fault.field, "q91-77 does not exist" in str(fault)) == ("q91-2", "related", True)
    mended = msgspec.structs.replace(draft, edits=draft.edits + 1, body={**draft.body, "related": []})
    assert (await publishing.look([mended])).fault is None
    await published(office, "/console/edit/topic?key=首台套", words="三首")
    assert await publishing.look([draft]) is not look
