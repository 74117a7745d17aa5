"""The deliverable of a session as Markdown for GitHub."""

import re

from bot.core.consolidate import Deliverable
from bot.core.remembered import itself, remembered
from bot.core.rubric import rubric
from bot.render import deliverable_citations as sources
from bot.render import deliverable_parts as parts
from bot.render.deliverable_tables import anchors, comparison, summary
from bot.render.engine import render


@remembered(2, itself)  # it is asked for to be written, to be gated, and to be compared with what was merged
def render_deliverable(deliverable: Deliverable) -> str:
    """Markdown; the same findings give the same bytes, since no clock and no environment is read."""
    anchored = anchors(deliverable)
    text = render(
        "deliverable.md.j2",
        doc=deliverable,
        parts=parts,
        sources=sources,
        summary=summary(deliverable, anchored),
        rubric=rubric(),
        comparisons=[comparison(deliverable, wanted, anchored) for wanted in deliverable.extra_output],
    )
    return re.sub(r"\n{3,}", "\n\n", text)
