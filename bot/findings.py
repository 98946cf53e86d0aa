"""What a look of the doctor shows, as a value: the words for it are the office's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one look showed: `name` picks the sentence, `detail` and the words for `reason` complete it.

    hint  it could be better
    """

    name: str
    well: bool
    detail: str = ""
    reason: str = ""
    hint: bool = False
