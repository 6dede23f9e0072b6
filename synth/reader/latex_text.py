"""LaTeX source → readable text: comments dropped, simple macros expanded, accents and mathematics in Unicode."""

from __future__ import annotations

import re
import unicodedata

from synth.reader.clean import collapsed

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*\n?[ \t]*")
_MACRO = re.compile(
    r"\\(?:re|provide)?newcommand\*?\s*\{?\s*\\([A-Za-z]+)\s*\}?\s*(?:\[(\d)\])?\s*(?:\[([^\]]*)\])?\s*(?=\{)|\\def\s*\\([A-Za-z]+)\s*(?=\{)"
)
_ACCENTS = {
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    '"': "\u0308",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "H": "\u030b",
}
_SYMBOL_NAMES = r"""
    pm=± mp=∓ times=× cdot=· approx=≈ sim=~ simeq=≃ leq=≤ le=≤ geq=≥ ge=≥ neq=≠ ne=≠ ll=≪ gg=≫ to=→ rightarrow=→
    leftarrow=← uparrow=↑ downarrow=↓ infty=∞ in=∈ sum=∑ prod=∏ partial=∂ nabla=∇ alpha=α beta=β gamma=γ delta=δ
    epsilon=ϵ varepsilon=ε zeta=ζ eta=η theta=θ kappa=κ lambda=λ mu=μ nu=ν xi=ξ pi=π rho=ρ sigma=σ tau=τ phi=φ varphi=φ
    chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Sigma=Σ Phi=Φ Psi=Ψ Omega=Ω dagger=† ddagger=‡ checkmark=✓
    cmark=✓ xmark=✗ ldots=... dots=... cdots=... textellipsis=... ss=ß o=ø O=Ø l=ł L=Ł aa=å AA=Å ae=æ AE=Æ oe=œ i=ı S=§
    textbackslash=\ textasciitilde=~ textdegree=° degree=° star=⋆ ast=* bullet=• quad=␣ qquad=␣ textpm=± texttimes=×
    mid=| prime=′ circ=∘ LaTeX=LaTeX TeX=TeX textless=< textgreater=> lbrack=[
"""
_SYMBOLS = {name: sign.replace("␣", " ") for name, _, sign in (pair.partition("=") for pair in _SYMBOL_NAMES.split())}
_SILENT = re.compile(
    r"\\(?:label|vspace|hspace|vskip|hskip|includegraphics|bibliography|bibliographystyle|input|include|usepackage|thispagestyle|pagestyle|"
    r"setlength|addtolength|setcounter|addcontentsline|graphicspath|color|rowcolor|cellcolor|arraystretch|phantom|hphantom|vphantom|marginpar|"
    r"newcommand|renewcommand|thanks|footnotemark|iclrfinalcopy|setlist|captionsetup|icmltitlerunning|titlerunning|authorrunning|author|date)"
    r"\*?\s*(?:\[[^\]]*\])*\s*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})?"
)
_CITE = re.compile(r"~?\\(?:no)?cite[a-zA-Z]*\*?\s*(?:\[[^\]]*\])*\s*\{([^}]*)\}")
_REF = re.compile(r"\\(auto|[cC]|eq|page|name|v)?ref\*?\s*\{([^}]*)\}")


def without_comments(text: str) -> str:
    """The source without % comments; escaped per cents stay."""
    return _COMMENT.sub(r"\1", text.replace("\r\n", "\n"))


def argument(text: str, start: int) -> tuple[str, int]:
    """What stands in the braces that open at or behind `start`, and the offset behind them; braces inside are balanced."""
    begin = text.find("{", start)
    if begin < 0:
        return "", start
    depth = 0
    for place in range(begin, min(len(text), begin + 20_000)):
        if text[place] in "{}" and text[place - 1 : place] != "\\":
            depth += 1 if text[place] == "{" else -1
            if not depth:
                return text[begin + 1 : place], place + 1
    return text[begin + 1 : begin + 200], min(len(text), begin + 200)


def expanded(text: str) -> str:
    """The source with the simple macros that it defines itself replaced by what they stand for, at most five levels deep."""
    macros: dict[str, tuple[int, str | None, str]] = {}
    for match in _MACRO.finditer(text):
        body, _ = argument(text, match.end())
        name = match.group(1) or match.group(4)
        if len(body) < 400 and f"\\{name}" not in body and "\\begin" not in body:
            macros[name] = (int(match.group(2) or 0), match.group(3), body)
    text = _without_definitions(text)
    if not macros:
        return text
    pattern = re.compile(r"\\(" + "|".join(sorted(map(re.escape, macros), key=len, reverse=True)) + r")(?![A-Za-z])\s*(\{\})?")
    for _ in range(5):
        again, size = _replaced(text, pattern, macros), len(text)
        if again == text or len(again) > 4 * size + 100_000:
            break
        text = again
    return text


def _without_definitions(text: str) -> str:
    parts: list[str] = []
    start = 0
    for match in _MACRO.finditer(text):
        if match.start() < start:
            continue
        parts.append(text[start : match.start()])
        _, start = argument(text, match.end())
    return "".join(parts) + text[start:]


def _replaced(text: str, pattern: re.Pattern[str], macros: dict[str, tuple[int, str | None, str]]) -> str:
    parts: list[str] = []
    start = 0
    for match in pattern.finditer(text):
        if match.start() < start:
            continue
        count, default, body = macros[match.group(1)]
        place = match.end()
        values: list[str] = [default] if default is not None and count else []
        while len(values) < count:
            value, place = argument(text, place) if text[place : place + 1] == "{" else (text[place : place + 1], place + 1)
            values.append(value)
        for number, value in enumerate(values, 1):
            body = body.replace(f"#{number}", value)
        gap = " " if not count and not match.group(2) and match.group().endswith((" ", "\n")) else ""
        parts += [text[start : match.start()], body, gap]
        start = place
    return "".join(parts) + text[start:]


def _cited(match: re.Match[str]) -> str:
    return " [" + ", ".join(key.strip() for key in match.group(1).split(",")) + "]"


def _accents(text: str) -> str:
    def accented(match: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", match.group(2) + _ACCENTS[match.group(1)])

    text = re.sub(r"\\(['`^\"~=.])\s*\{?\\?([A-Za-z])\}?", accented, text)
    return re.sub(r"\\([cvuH])\s*\{([A-Za-z])\}", accented, text)


def _mathematics(text: str) -> str:
    """Inline mathematics without its markup: fractions with a slash, indices with _ and ^, roots by name."""
    text = re.sub(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\1/\2", text)
    text = re.sub(r"\\sqrt\s*\{([^{}]*)\}", r"sqrt(\1)", text)
    text = re.sub(r"\\(?:left|right|big|Big|bigg|Bigg|displaystyle|limits|nolimits)(?![A-Za-z])", "", text)
    return re.sub(r"([_^])\{([^{}]{1,12})\}", r"\1\2", text)


def readable(text: str) -> str:
    """Source as one line of readable text: citations as [key], commands replaced by their arguments."""
    text = _CITE.sub(_cited, text)
    text = _REF.sub(lambda match: match.group(2).rpartition(":")[2], text)
    text = re.sub(r"\\href\s*\{[^}]*\}\s*\{([^}]*)\}", r"\1", text)
    text = re.sub(r"\\footnote(?:text)?\s*(?:\[[^\]]*\])?\s*\{(?:[^{}]|\{[^{}]*\})*\}", " ", text)
    text = _accents(_SILENT.sub(" ", text))
    text = _mathematics(text).replace("``", "“").replace("''", "”").replace("---", "—").replace("--", "–")
    text = re.sub(r"\\(?:begin|end)\s*\{[^}]*\}(?:\[[^\]]*\])?", " ", text)
    text = re.sub(r"\\\\(?:\[[^\]]*\])?", " ", text)
    text = re.sub(r"\\([&%$#_{}])", lambda match: {"{": "\x02", "}": "\x03", "$": "\x04"}.get(match.group(1), match.group(1)), text)
    text = re.sub(
        r"\\([A-Za-z]+)\*?\s*(?:\[[^\]]*\](?=\s*\{))?",
        lambda match: _SYMBOLS.get(match.group(1), "") + (" " if match.group().endswith((" ", "\n")) else ""),
        text,
    )
    text = re.sub(r"\\[,;:!> /@-]?", lambda match: "" if match.group() in ("\\!", "\\/", "\\-", "\\@") else " ", text)
    text = text.replace("~", " ").replace("{", "").replace("}", "").replace("$", "")
    text = collapsed(text.replace("\x02", "{").replace("\x03", "}").replace("\x04", "$"))
    return re.sub(r"\s+([.,;:!?)\]])", r"\1", text)
