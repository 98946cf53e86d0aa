"""A simulation as it runs and what it found: how many questions are won, lost and stolen, with examples."""

from __future__ import annotations

from aiohttp import web

from bot.console.corpus import publishing
from bot.console.visit import Visit
from bot.editions.simulator import TURNS
from bot.editions.trials import as_it_is
from bot.routing import spoken
from bot.store.simulations import RUNNING

EXAMPLES = 20  # of each kind


async def show(visit: Visit) -> web.Response:
    """How far it is; while it runs the page asks for itself again."""
    parts = publishing(visit)
    kept = await parts.simulations.get(visit.number("id"))
    if kept is None:
        raise web.HTTPNotFound
    simulation = as_it_is(kept, visit.time)
    draft = await parts.revisions.get(simulation.revision)
    if draft is None:
        raise web.HTTPNotFound
    turned = {kind: [o for o in simulation.outcomes if o.kind == kind] for kind in TURNS}
    examples = {kind: found[:EXAMPLES] for kind, found in turned.items()}
    messages = await parts.questions.by_key(o.key for found in examples.values() for o in found)
    return visit.page(
        "simulation",
        simulation=simulation,
        running=simulation.state == RUNNING,
        draft=draft,
        outdated=draft.edits != simulation.edits,
        counts={kind: (len(found), sum(o.times for o in found)) for kind, found in turned.items()},
        examples=examples,
        texts={key: spoken(message) for key, message in messages.items()},
        policies=visit.desk.corpus().policies,
    )
