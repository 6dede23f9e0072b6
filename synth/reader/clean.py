"""
Untrusted characters → plain readable text: no controls, no hidden or direction-changing characters, no ligatures.

Only compatibility forms that stand for letters (ligatures, full-width forms) are undone; "²", "½" and mathematical
symbols keep their meaning.
"""

from __future__ import annotations

import re
import unicodedata

_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2028\u2029"
_TABLE: dict[int, str | None] = {
    **dict.fromkeys((*range(32), *range(127, 160))),
    # Format characters hide text or turn its direction (CVE-2021-42574), tags carry invisible ASCII.
    **dict.fromkeys((173, 1564, 6158, 65279, *range(8203, 8208), *range(8234, 8239), *range(8288, 8304))),
    **dict.fromkeys((*range(65520, 65533), *range(65024, 65040), *range(917504, 918016), *range(55296, 57344))),
    **{ord(char): " " for char in "\t\n\r\v\f" + _SPACES},
    **{ord(char): letters for char, letters in _LIGATURES.items()},
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFF01, 0xFF5F)},
}


def plain(text: str) -> str:
    """The text without control, hidden and direction characters, ligatures undone; white space becomes blanks one for one."""
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)


def collapsed(text: str) -> str:
    """Plain text with every run of white space as one blank and none at its ends."""
    return " ".join(plain(text).split())


_WORD = re.compile(r"[^\W\d_]+(?:[-–][^\W\d_]+)*")


def words(text: str) -> list[str]:
    """Words of letters, hyphens inside them kept: "hard-merging" is one word."""
    return _WORD.findall(text)
