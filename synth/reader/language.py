"""Whether a text is English prose; the program's grammar and vocabulary read no other language."""

from __future__ import annotations

import unicodedata
from collections import Counter

_SCRIPTS = {"CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "CYRILLIC": "Cyrillic"}
_GREEK = frozenset(("GREEK", "MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "MODIFIER", "MICRO", "N-ARY"))
_FUNCTION_WORDS = {
    "English": "the of and to in is that for with on as we are by this be from it our which an can not",
    "German": "der die und den das von mit ist ein eine für auf im zu nicht werden auch wir sich dass",
    "French": "le la les des et est une pour dans que par sur qui nous avec du au sont ne pas",
    "Spanish": "el los las de que una por con para es se del como en al su más son lo",
    "Portuguese": "os as que uma por com para é do da dos das em não se ao são como no na",
    "Italian": "il di che della per con una è del sono gli nel dei alla più si le non da come",
    "Indonesian": "yang dan di dari untuk dengan pada ini dalam adalah tidak ke oleh akan atau dapat",
}
_WORDS = {language: frozenset(words.split()) for language, words in _FUNCTION_WORDS.items()}


def foreign(text: str) -> str:
    """Why the text counts as not English, naming script or language and its share; empty for English and for very short texts."""
    return _foreign_script(text) or _foreign_words(text)


def _foreign_script(text: str) -> str:
    letters = [char for char in text[:60_000] if char.isalpha()]
    if len(letters) < 40:
        return ""
    scripts = Counter("LATIN" if char.isascii() else unicodedata.name(char, "UNKNOWN").split()[0] for char in letters)
    other = {script: count for script, count in scripts.items() if script != "LATIN" and script not in _GREEK}
    share = sum(other.values()) / len(letters)
    if share < 0.25:
        return ""
    script, most = max(other.items(), key=lambda item: item[1])
    names = _SCRIPTS.get(script, script.capitalize()) if most > 0.5 * sum(other.values()) else "a mixture of scripts, perhaps a broken font"
    return f"not in English: {share:.0%} of the letters are {names}"


def _foreign_words(text: str) -> str:
    words = text[:60_000].lower().split()
    if len(words) < 60:
        return ""
    shares = {language: sum(word in known for word in words) / len(words) for language, known in _WORDS.items()}
    language, share = max(shares.items(), key=lambda item: item[1])
    if language != "English" and share > 0.1 and share > 1.5 * shares["English"]:
        return f"not in English: {share:.0%} of the words are common in {language}, {shares['English']:.0%} in English"
    return ""
