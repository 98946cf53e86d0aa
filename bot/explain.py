"""Why a text gets its answer: what was read, what each word means, how policies were scored."""

from __future__ import annotations

from collections.abc import Iterator

from bot.corpus import Corpus
from bot.ranking import Finding

BEST = 8


def explain(finding: Finding, corpus: Corpus) -> Iterator[str]:
    """The reading of a text, line by line."""
    question = finding.question
    yield f"folded   {question.folded.text}"
    yield "words"
    for hit in question.chosen:
        meanings = ", ".join(f"{m.kind}:{m.value}" if m.value else m.kind for m in hit.entry.meanings) or "matter"
        policies = f", speaks for {len(hit.entry.postings)}" if hit.entry.postings else ""
        sound = f", by sound ×{hit.factor}" if hit.factor < 1 else ""
        yield f"  {hit.start:>3}–{hit.end:<3} {hit.entry.word}  ({meanings}{policies}{sound})"
    yield f"matter   {''.join(question.folded.text[place] for place in question.matter) or '—'}"
    if question.sums:
        yield f"sums     {', '.join(f'{s.yuan:.0f}' for s in question.sums)}"
    if finding.scope:
        yield f"scope    {', '.join(f'{kind}:{name}' for kind, name in finding.scope)}"
    yield f"intent   {finding.intent}   (asked: {', '.join(sorted(question.intents)) or '—'})"
    yield f"policies {len(finding.ranked)}{', a whole set' if finding.whole else ''}, covered {finding.covered:.0%}"
    for place, ranked in enumerate(finding.ranked[:BEST], 1):
        title = corpus.policies[ranked.id].title
        yield f"  {place}. {ranked.id} {title}  {ranked.score:.2f}  = {'; '.join(ranked.reasons) or 'of the set'}"
