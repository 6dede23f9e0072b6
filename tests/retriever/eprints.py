"""E-prints as arXiv gives them, packed here from texts, and archives that mean harm."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping

SENTENCES = "On ImageNet-1K with DeiT-S, EViT achieves higher accuracy than random pruning at every keep rate that we tried. " * 20
MAIN = (
    r"\documentclass{article}" + "\n" + r"\title{Tokens}" + "\n" + r"\begin{document}" + "\n" + r"\section{Introduction}"
    f"\n{SENTENCES}\n" + r"\input{sections/results}" + "\n" + r"\bibliography{refs}" + "\n" + r"\end{document}" + "\n"
)
RESULTS = r"\section{Results}" + "\nToMe merges tokens and reaches 79.1 percent.\n" + r"\input{sections/table.tex}" + "\n"
TABLE = r"""\begin{table}\caption{Accuracy on ImageNet.}\begin{tabular}{lc}
Method & Top-1 \\ \hline ToMe & 79.1 \\ EViT & 78.5 \\
\end{tabular}\end{table}
"""
REFERENCES = r"\begin{thebibliography}{1}\bibitem{tome} Bolya et al. Token Merging: Your ViT But Faster. 2023.\end{thebibliography}"
PAPER = {"main.tex": MAIN, "sections/results.tex": RESULTS, "sections/table.tex": TABLE, "main.bbl": REFERENCES, "fig.png": "\x89PNG"}


def tar(files: Mapping[str, str | bytes], *more: tarfile.TarInfo, compress: bool = True) -> bytes:
    """A tar of these files and these further members, gzipped."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for member in more:
            archive.addfile(member)
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(held.getvalue()) if compress else held.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """A member that is no file."""
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member
