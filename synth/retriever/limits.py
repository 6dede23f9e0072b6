"""The papers that a question is limited to: first and last day of publication, and arXiv's categories."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence

from synth.errors import UsageError
from synth.model import Paper, Question

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_CATEGORY = re.compile(r"[a-z-]+(?:\.[A-Za-z-]+)?")


def limited(question: Question, since: str | None = None, until: str | None = None, categories: Sequence[str] = ()) -> Question:
    """
    The question, limited to papers of this time and these categories.

    raises   UsageError for a date or a category that cannot be meant
    """
    days = [day(text, end=end) if text else None for text, end in ((since, False), (until, True))]
    if days[0] and days[1] and days[0] > days[1]:
        raise UsageError("the time ends before it begins", got=f"{since} to {until}", expected="--since not later than --until")
    for name in categories:
        if not _CATEGORY.fullmatch(name):
            raise UsageError("no category of arXiv", got=repr(name), expected="one such as cs.CV, or a whole archive such as cs")
    return question.model_copy(update={"since": since, "until": until, "categories": tuple(categories)})


def day(text: str, *, end: bool = False) -> str:
    """
    The first day, or with `end` the last one, of a year, a month or a day: "2023" is 2023-01-01, or 2023-12-31.

    raises   UsageError for what is no date
    """
    match = _DATE.fullmatch(text.strip())
    year, month, date = (int(part) if part else None for part in match.groups()) if match else (None, None, None)
    try:
        if not year:
            raise ValueError
        whole_month = month or (12 if end else 1)
        last = calendar.monthrange(year, whole_month)[1]
        if date is not None and not 1 <= date <= last:
            raise ValueError
    except ValueError:
        raise UsageError("no date", got=repr(text), expected="a year, a month or a day such as 2023, 2023-05 or 2023-05-31") from None
    return f"{year:04d}-{whole_month:02d}-{date or (last if end else 1):02d}"


def outside(paper: Paper, question: Question) -> str:
    """Why the paper is not one of those that the question is limited to; empty for one that is, or of which too little is known."""
    first, last = _span(paper)
    if question.since and last and last < day(question.since):
        return f"older than {question.since}"
    if question.until and first and first > day(question.until, end=True):
        return f"newer than {question.until}"
    if (
        question.categories
        and paper.categories
        and not any(_within(own, wanted) for own in paper.categories for wanted in question.categories)
    ):
        return f"not in {' or '.join(question.categories)}"
    return ""


def _span(paper: Paper) -> tuple[str, str]:
    """First and last day on which the paper may have come out; empty where nothing usable is known."""
    told = paper.published or (f"{paper.year:04d}" if paper.year else "")
    try:
        return day(told), day(told, end=True)
    except UsageError:
        return "", ""


def _within(own: str, wanted: str) -> bool:
    return own == wanted or own.startswith(f"{wanted}.")
