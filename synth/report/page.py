"""The report as one self-contained HTML page: the Markdown report rendered with raw HTML switched off, its diagram drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synth.model import Provenance, Run
from synth.report.escape import as_html
from synth.report.markdown import Markdown
from synth.report.prisma import flow_of, stages
from synth.report.searched import FENCE
from synth.report.svg import drawing

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

STYLE = """
body { font: 16px/1.5 Georgia, serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
p, li { overflow-wrap: anywhere; }
table { display: block; overflow-x: auto; } th { white-space: nowrap; }
h1, h2, h3, table { font-family: system-ui, sans-serif; } h1 { font-size: 1.6rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; } th, td { border-bottom: 1px solid #ccc; padding: .35rem .5rem;
text-align: left; vertical-align: top; } blockquote { border-left: 4px solid #c80; margin: 1rem 0;
padding: .2rem 1rem; background: #fff8ec; }
td:nth-child(3) { white-space: nowrap; } figure { margin: 1rem 0; overflow-x: auto; } figure .flow { min-width: 36rem; }
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) {
body { color: #e8e8e8; background: #16181c; } a { color: #8ab4f8; } th, td { border-color: #444; } blockquote { background: #2c2416; }
}
"""


class Page:
    """reports/<run>/report.html"""

    name = "html"
    file_name = "report.html"

    def render(self, run: Run, provenance: Provenance) -> str:
        """A page that needs nothing else and runs no script."""
        body = _parser(run).render(Markdown().render(run, provenance))
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return (
            f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" '
            f'content="{policy}">\n'
            f"<title>{as_html(run.question.text)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
        )


def _parser(run: Run) -> MarkdownIt:
    """Markdown without raw HTML; the block of code that is a diagram becomes its drawing, since nothing runs here that could draw it."""
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")

    def fence(self: RendererHTML, tokens: Sequence[Token], place: int, options: Any, env: Any) -> str:
        if tokens[place].info == FENCE:
            return f"<figure>{drawing(stages(flow_of(run)))}</figure>\n"
        return RendererHTML.fence(self, tokens, place, options, env)

    parser.add_render_rule("fence", fence)
    return parser
