"""The papers of a run as BibTeX entries."""

from __future__ import annotations

from synth.model import Paper, Provenance, Run, slug
from synth.report.escape import plain

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "~": r"\~{}",
    "^": r"\^{}",
}


class BibTeX:
    """reports/<run>/references.bib"""

    name = "bib"
    file_name = "references.bib"

    def render(self, run: Run, provenance: Provenance) -> str:
        """One @article or @misc a paper, keys unique."""
        used: dict[str, int] = {}
        return "\n".join(_entry(paper, used) for paper in run.papers)


def _entry(paper: Paper, used: dict[str, int]) -> str:
    family = paper.authors[0].split()[-1] if paper.authors and paper.authors[0].split() else "anonymous"
    key = slug(f"{family} {paper.year or ''} {paper.title.split()[0] if paper.title.split() else ''}")
    used[key] = used.get(key, 0) + 1
    if used[key] > 1:
        key = f"{key}_{used[key]}"
    fields = {
        "title": paper.title,
        "author": " and ".join(paper.authors),
        "year": str(paper.year or ""),
        "journal": paper.venue or "",
        "doi": paper.doi or "",
        "eprint": f"{paper.arxiv_id}v{paper.arxiv_version}" if paper.arxiv_id and paper.arxiv_version else paper.arxiv_id or "",
        "archiveprefix": "arXiv" if paper.arxiv_id else "",
        "url": paper.url or "",
        "note": "read as a reading note, not the paper" if paper.kind == "note" else "",
    }
    lines = [f"  {name} = {{{_tex(value)}}}," for name, value in fields.items() if value]
    return "\n".join((f"@{'article' if paper.venue else 'misc'}{{{key},", *lines, "}\n"))


def _tex(text: str) -> str:
    return "".join(_SPECIAL.get(character, character) for character in plain(text))
