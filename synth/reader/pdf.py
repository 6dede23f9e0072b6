"""
PDF → Document by PyMuPDF: each page's text is taken once, and everything else is geometry on it.

Drawings are read only on pages that a caption says hold a table or that have footnotes; MuPDF's own messages are silenced.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from synth.model import Document, Paper, Table
from synth.reader.assemble import Paragraph, Place, document, settle_front
from synth.reader.captions import Caption, find_captions
from synth.reader.furniture import without_furniture
from synth.reader.hyphens import Words, joined
from synth.reader.language import foreign
from synth.reader.layout import Line, Page, lines_of, rules_of
from synth.reader.masthead import identified
from synth.reader.reading_order import find_gutter, ordered
from synth.reader.references import entries
from synth.reader.structure import Builder, Style, is_display, is_heading, is_solid, split_footnotes, style_of
from synth.reader.tables import PageTable, page_tables

MAX_PAGES = 300
"""pages read of one file; the rest is named in a warning."""
MAX_SECONDS = 60.0
"""after this much time no further page is begun."""


def read_pdf(data: bytes, paper: Paper, digest: str) -> Document | str:
    """The document in a PDF, or the reason why it cannot be read."""
    pymupdf: Any = import_module("pymupdf")
    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        pdf = pymupdf.open(stream=data, filetype="pdf")
    except Exception:
        return f"damaged: {len(data)} bytes that begin like a PDF, but no PDF structure could be found or repaired"
    with pdf:
        if pdf.needs_pass:
            return "encrypted: a password is needed to open it"
        if pdf.page_count == 0:
            cut = " and its end mark %%EOF is missing" if b"%%EOF" not in data[-1024:] else ""
            return f"damaged: no page could be found in its {len(data)} bytes{cut}; it is probably truncated"
        return _document(pdf, paper, digest)


def _document(pdf: Any, paper: Paper, digest: str) -> Document | str:
    pages, warnings = _pages(pdf)
    reason = _unreadable(pages, pdf.page_count)
    if reason:
        return reason
    head = list(pages[0].lines)
    without_furniture(pages)
    style = style_of(pages)
    paper = identified(paper, head, pdf[0].get_text(), style.size)
    known = Words(line.text for page in pages for line in page.lines)
    builder = Builder(style, known)
    captions: list[Paragraph] = []
    tables: list[Table] = []
    for page in pages:
        page.gutter = find_gutter(page)
        found = find_captions(page)
        grids = page_tables(pdf[page.number - 1], page, found, style.size) if any(caption.kind == "Table" for caption in found) else []
        tables.extend(_tables(grids, paper, known, len(tables)))
        captions.extend(_caption_paragraph(caption, known) for caption in found)
        _feed(page, found, grids, builder, style)
        page.text_page = None
    body = builder.body
    settle_front(body.paragraphs)
    found_document = document(
        paper,
        [*body.paragraphs, *body.footnotes, *captions],
        digest=digest,
        media="pdf",
        tables=tables,
        references=entries(body.references, known),
        pages=pdf.page_count,
        warnings=warnings,
    )
    return _too_little(found_document) or found_document


def _pages(pdf: Any) -> tuple[list[Page], list[str]]:
    """The pages with lines, rules and gutter, and what was left out."""
    pymupdf: Any = import_module("pymupdf")
    flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP
    pages: list[Page] = []
    warnings: list[str] = []
    began = time.monotonic()
    for index in range(min(pdf.page_count, MAX_PAGES)):
        if time.monotonic() - began > MAX_SECONDS:
            warnings.append(f"pages {index + 1} to {pdf.page_count}: not read, {MAX_SECONDS:.0f} seconds were spent on those before")
            break
        try:
            sheet = pdf[index]
            text_page = sheet.get_textpage(flags=flags)
            lines, rotated = lines_of(text_page.extractDICT(), index + 1)
        except Exception as error:
            warnings.append(f"page {index + 1}: could not be read ({type(error).__name__})")
            continue
        page = Page(index + 1, sheet.rect.width, sheet.rect.height, lines, text_page=text_page, rotated=rotated)
        if not lines:
            warnings.append(f"page {index + 1}: no text layer")
        else:
            page.across, page.down = rules_of(sheet.get_cdrawings())
            if rotated > sum(len(line.text) for line in lines):
                warnings.append(f"page {index + 1}: rotated text left out")
        pages.append(page)
    if pdf.page_count > MAX_PAGES:
        warnings.append(f"pages {MAX_PAGES + 1} to {pdf.page_count}: not read, the limit is {MAX_PAGES} pages")
    return pages, warnings


def _unreadable(pages: Sequence[Page], count: int) -> str:
    """Why the pages hold no English text; empty where they may."""
    if not any(page.lines for page in pages):
        return f"no text layer: {count} page{'s' if count > 1 else ''} of images, scanned or rasterised"
    text = " ".join(line.text for page in pages for line in page.lines)
    unknown = text.count("\ufffd") / max(1, len(text) - text.count(" "))
    if unknown > 0.25:
        fonts = Counter(line.font for page in pages for line in page.lines if "\ufffd" in line.text)
        named = ", ".join(font for font, _ in fonts.most_common(2))
        return f"not in English: {unknown:.0%} of the characters have no reading in any script (fonts {named} without Unicode meaning)"
    return foreign(text)


def _too_little(found: Document) -> str:
    """Why the text is no prose; empty where there are sentences."""
    sentences = [p for p in found.passages if len(p.text.split()) >= 5 and p.text.rstrip("\"'”’)]").endswith((".", "!", "?"))]
    if len(sentences) > 1 or found.tables:
        return ""
    words = len(found.text.split())
    if sentences and words < 150 * (found.pages or 1) and (found.pages or 1) < 3:
        return ""
    return f"no prose: {words} words on {found.pages} pages and hardly a sentence, slides or a poster"


def _tables(grids: Sequence[PageTable], paper: Paper, known: Words, first: int) -> list[Table]:
    return [
        Table(
            paper_id=paper.id,
            index=first + number,
            label=grid.caption.label,
            caption=_caption_paragraph(grid.caption, known).text,
            cells=grid.cells,
            page=grid.page,
            box=grid.box,
        )
        for number, grid in enumerate(grids)
    ]


def _caption_paragraph(caption: Caption, known: Words) -> Paragraph:
    """A caption as a paragraph of its own, its label as its section."""
    paragraph = Paragraph(text="", section=caption.label, role="other")
    for line in caption.lines:
        paragraph.text, start = joined(paragraph.text, line.text, known) if paragraph.text else (line.text, 0)
        paragraph.places.append(Place(start, line.page, line.box))
    return paragraph


def _feed(page: Page, captions: Sequence[Caption], grids: Sequence[PageTable], builder: Builder, style: Style) -> None:
    """Give the page's running text to the builder: captions, tables, figure text, display mathematics and footnotes taken out."""
    taken = {id(line) for caption in captions for line in caption.lines}
    lines = [line for line in page.lines if id(line) not in taken and not any(_inside(line, grid) for grid in grids)]
    lines = ordered(lines, page)
    for column in _runs(lines):
        column = _without_figures(column, page, captions, style)
        text, notes = split_footnotes(column, page, style)
        _feed_column(text, builder, style)
        builder.body.footnotes.extend(_footnotes(notes, builder.known))


def _inside(line: Line, grid: PageTable) -> bool:
    x = (line.x0 + line.x1) / 2
    return grid.box[0] - 2 < x < grid.box[2] + 2 and grid.box[1] - 1 < line.middle < grid.box[3] + 1


def _runs(lines: Sequence[Line]) -> list[list[Line]]:
    """Consecutive lines of one column."""
    found: list[list[Line]] = []
    for line in lines:
        if found and found[-1][-1].column == line.column:
            found[-1].append(line)
        else:
            found.append([line])
    return found


def _without_figures(lines: Sequence[Line], page: Page, captions: Sequence[Caption], style: Style) -> list[Line]:
    """The lines without those above a figure's caption, up to the running text, and without stray labels of drawings."""
    width = _width(lines, page)
    drop: set[int] = set()
    for caption in captions:
        if caption.kind == "Table" or not _same_column(caption, lines, page):
            continue
        above = [line for line in lines if line.middle < caption.lines[0].y0]
        tail: list[Line] = []
        for line in reversed(above):
            if is_solid(line, style, width) or is_heading(line, style, None, None):
                break
            tail.append(line)
        if tail and above[: len(above) - len(tail)]:
            edge = above[len(above) - len(tail) - 1]
            while (
                tail
                and tail[-1].y1 - edge.y1 < 1.3 * style.pitch
                and abs(tail[-1].size - edge.size) < 0.5
                and abs(tail[-1].x0 - edge.x0) < 20
            ):
                edge = tail.pop()
        drop.update(id(line) for line in tail)
    small = 0.72 * style.size
    return [line for line in lines if id(line) not in drop and line.size > small]


def _width(lines: Sequence[Line], page: Page) -> float:
    """Width of the column that the lines stand in."""
    widths = sorted(line.x1 - line.x0 for line in lines)
    usual = widths[int(0.8 * (len(widths) - 1))] if widths else 0.0
    return max(usual, (0.36 if page.gutter else 0.55) * page.width)


def _same_column(caption: Caption, lines: Sequence[Line], page: Page) -> bool:
    if page.gutter is None or not lines or lines[0].column == -1:
        return True
    left, _, right, _ = caption.box
    return left < page.gutter - 6 if lines[0].column == 0 else right > page.gutter + 6


def _feed_column(lines: Sequence[Line], builder: Builder, style: Style) -> None:
    if not lines:
        return
    lefts = sorted(line.x0 for line in lines)
    left, right = lefts[len(lefts) // 5], max(line.x1 for line in lines)
    fresh = True
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else None
        after = lines[number + 1] if number + 1 < len(lines) else None
        if is_heading(line, style, before, after) or builder.goes_on(line):
            builder.heading(line)
        elif builder.role == "references" or not is_display(line, style, left, right):
            builder.feed(line, left, fresh=fresh)
        fresh = False


def _footnotes(lines: Sequence[Line], known: Words) -> list[Paragraph]:
    """One paragraph a footnote."""
    found: list[Paragraph] = []
    for line in lines:
        if line.mark or not found:
            text = re.sub(r"^\d{1,2}(?=[A-Z“])", "", line.text)
            found.append(Paragraph(text=text, section="Footnotes", places=[Place(0, line.page, line.box)]))
        else:
            found[-1].text, start = joined(found[-1].text, line.text, known)
            found[-1].places.append(Place(start, line.page, line.box))
    return found
