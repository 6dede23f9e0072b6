"""Every source met by every fault: `python tests/retriever/fault_matrix.py` prints the matrix and how many ended as they must."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping

import page_faults
import pdf_faults
from faults import Bench, bench

from synth.model import Fetched
from synth.retriever.sources import WEB

Rows = dict[str, dict[str, str]]
"""how each source met a fault, by the fault."""


def of_pages(one: Bench) -> tuple[Rows, list[str], Counter[str]]:
    """The state in which each query ended with the papers that were had, what is wrong, and how often each state occurred."""
    rows: Rows = {}
    failures: list[str] = []
    states: Counter[str] = Counter()
    for name, case, page in page_faults.meetings():
        met = one.meet(name, case, page)
        problem = page_faults.wrong(name, case, page, met)
        failures += [f"{name}, {case.name}, page {page}: {problem}: {met.entry.reason}"] if problem else []
        row = rows.setdefault(case.name + (", later" if page == 2 else ""), {})
        row[name] = ("! " if problem else "") + f"{met.entry.state} {len(met.ids)}"
        states[met.entry.state] += 1
    return rows, failures, states


def of_pdfs(one: Bench) -> tuple[Rows, list[str], Counter[str]]:
    """Whether each full text was had, what is wrong, and how often each occurred."""
    rows: Rows = {}
    failures: list[str] = []
    ends: Counter[str] = Counter()
    for name, case in pdf_faults.meetings():
        met = pdf_faults.meet(one, name, case)
        problem = pdf_faults.wrong(case, met)
        failures += [f"{name}, PDF, {case.name}: {problem}: {met.outcome}"] if problem else []
        end = "had" if isinstance(met.outcome, Fetched) else "skipped"
        rows.setdefault(case.name, {})[name] = ("! " if problem else "") + end
        ends[end] += 1
    return rows, failures, ends


def printed(title: str, rows: Rows, failures: list[str], ends: Mapping[str, int]) -> list[str]:
    """A line a fault and a column a source, and the counts."""
    width = max(len(name) for name in (*rows, title)) + 2
    total = sum(ends.values())
    counts = ", ".join(f"{count} {end}" for end, count in sorted(ends.items(), key=lambda item: (-item[1], item[0])))
    lines = [f"{title:<{width}}" + "".join(f"{name:<18}" for name in WEB)]
    lines += [f"{name:<{width}}" + "".join(f"{row.get(source, '-'):<18}" for source in WEB) for name, row in rows.items()]
    return [*(line.rstrip() for line in lines), "", f"{total - len(failures)} of {total} meetings ended as they must: {counts}", *failures]


def main() -> int:
    """Print both matrices; 1 if anything ended otherwise than it must."""
    with bench() as one:
        pages, pdfs = of_pages(one), of_pdfs(one)
    lines = [*printed("Pages", *pages), "", *printed("Full texts", *pdfs)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if pages[1] or pdfs[1] else 0


if __name__ == "__main__":
    sys.exit(main())
