"""The flow diagram as a Mermaid flowchart, which GitHub and other viewers of Markdown draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from synth.report.escape import plain
from synth.report.prisma import NAME, Box, Stage, description, glued

_POWERFUL = re.compile(r"[^\w ,:=()]|_|^\d+(?=\))")  # "1)" begins a list, and Mermaid writes "Unsupported markdown" in its place
_UNBROKEN = re.compile(r"[^ ]{30}(?=[^ ])")


def flowchart(rows: Sequence[Stage]) -> str:
    """The source of the chart: a row a stage, with what is left out to the right of what goes on."""
    lines = ["flowchart TB", f"  accTitle: {NAME}", f"  accDescr: {description(rows)}"]
    for number, row in enumerate(rows, 1):
        lines += _row(number, row)
    lines += [f"  stage{number} --> stage{number + 1}" for number in range(1, len(rows))]
    return "\n".join(lines)


def _row(number: int, row: Stage) -> Iterator[str]:
    # An edge between rows and none between their boxes, or Mermaid gives up the direction within a row.
    yield f'  subgraph stage{number}["{inert(row.name)}"]'
    yield "    direction LR"
    yield f'    kept{number}["{_label(row.kept)}"]'
    if row.left_out is not None:
        yield f'    out{number}["{_label(row.left_out)}"]'
        yield f"    kept{number} --> out{number}"
    yield "  end"


def _label(box: Box) -> str:
    return "<br/>".join(glued(inert(text)) for text in (box.heading, *box.parts))


def inert(text: str) -> str:
    """
    The text as literal text of a label: whatever is no letter, digit or harmless mark becomes the code of its character.

    So no quotation mark, tag, comment, directive, link, icon or list can start in it; a very long word may be broken.
    """
    breakable = _UNBROKEN.sub("\\g<0>\N{ZERO WIDTH SPACE}", plain(text))
    return _POWERFUL.sub(lambda match: "".join(f"#{ord(letter)};" for letter in match[0]), breakable)
