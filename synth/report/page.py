"""The report as one self-contained HTML page: the Markdown report rendered with raw HTML switched off."""

from __future__ import annotations

from synth.model import Provenance, Run
from synth.report.escape import as_html
from synth.report.markdown import Markdown

STYLE = """
body { font: 16px/1.5 Georgia, serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
p, li { overflow-wrap: anywhere; }
table { display: block; overflow-x: auto; } th { white-space: nowrap; }
h1, h2, h3, table { font-family: system-ui, sans-serif; } h1 { font-size: 1.6rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; } th, td { border-bottom: 1px solid #ccc; padding: .35rem .5rem;
text-align: left; vertical-align: top; } blockquote { border-left: 4px solid #c80; margin: 1rem 0;
padding: .2rem 1rem; background: #fff8ec; }
td:nth-child(2), td:nth-child(3) { white-space: nowrap; }
"""


class Page:
    """reports/<run>/report.html"""

    name = "html"
    file_name = "report.html"

    def render(self, run: Run, provenance: Provenance) -> str:
        """A page that needs nothing else and runs no script."""
        from markdown_it import MarkdownIt

        body = MarkdownIt("commonmark", {"html": False}).enable("table").render(Markdown().render(run, provenance))
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return (
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" '
            f'content="{policy}">\n'
            f"<title>{as_html(run.question.text)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
        )
