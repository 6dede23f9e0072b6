"""Text of a paper never becomes structure: not for terminals, not for Markdown, not for HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from synth.report.escape import as_html, markdown, plain

HOSTILE = [
    "# a heading", "- an item", "1. an item", "**bold**", "[link](javascript:alert(1))", "<script>alert(1)</script>", "`code`", "a | b | c",
    "![image](http://x/y.png)", "> quote", "---", "line one\n\n## line two", "\x1b[31mred\x1b[0m", "\x1b]8;;http://x\x07link\x1b]8;;\x07",
    "&lt;b&gt;", "http://example.com", "<http://example.com>", "$$x$$", "~~gone~~", "\u202ereversed", "a\u200bb", "[red]rich markup[/red]",
    "===", "+ item", "* item", "1) item", "\\", "a\\|b", "  indented", "\tcode",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_renders_as_itself(text: str) -> None:
    """Rendered as Markdown, a hostile text is one paragraph of exactly its visible characters."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown(text))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    children = tokens[1].children or []
    assert {child.type for child in children} <= {"text", "text_special"}
    assert "".join(child.content for child in children) == plain(text)


@given(st.text())
def test_any_text_renders_as_itself(text: str) -> None:
    """The same holds for every text there is."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown(text))
    children = tokens[1].children or [] if tokens else []
    assert "".join(child.content for child in children) == plain(text)
    assert all(child.type in {"text", "text_special"} for child in children)


@given(st.text())
def test_plain_text_has_no_control_character(text: str) -> None:
    """Nothing that a terminal would obey is left, and it is one line."""
    shown = plain(text)
    assert shown.isprintable() or not shown or all(character == " " or not character.isspace() for character in shown)
    assert not any(ord(character) < 32 or 0x7F <= ord(character) < 0xA0 for character in shown)


def test_html_is_inert() -> None:
    """Tags and quotes become entities."""
    assert as_html('<b a="1">&') == "&lt;b a=&quot;1&quot;&gt;&amp;"
