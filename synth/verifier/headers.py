"""
One header text of a table ("EViT-DeiT-S (ρ=0.7)", "Top-1 (%)", "CIFAR-10") to what it names, through the vocabulary.

What it names and the vocabulary does not know stays as the rest, so an unknown method keeps its own name; what a header
does not name stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from synth.model import Mention, slug, vocabulary
from synth.model.vocabulary import Kind, Term
from synth.verifier.numbers import number_of

_CITATION = re.compile(
    r"\[\s*\d+(?:\s*[,–-]\s*\d+)*\s*\]|\([^()]*\b(?:19|20)\d\d[a-z]?\)|\b[A-Z]\w+ et al\s*\.?,?\s*(?:\(?(?:19|20)\d\d[a-z]?\)?)?"
)
_OURS = re.compile(
    r"\b(?:ours?|this (?:work|paper)|proposed(?: (?:method|model|approach))?|our (?:method|model|approach|system))\b", re.IGNORECASE
)
_NOISE = re.compile(
    r"\b(?:re-?impl\w*|reproduced?|official|results?|models?|methods?|approach(?:es)?|with|on|the|of|and|at|for|in|test|val|set|backbones?"
    r"|architectures?|networks?|dataset|acc|accuracy|avg|average|mean)\b\.?",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"Δ|∆|\b(?:delta|drop|gain|improv\w*|reduc\w*|change|diff\w*|saving|decrease|increase)\b|[↓↑]\s*\(?%", re.IGNORECASE)
_FACTOR = re.compile(r"\bspeed-?\s?ups?\b|\baccelerat\w*|\(\s*[×x]\s*\)", re.IGNORECASE)
_UNIT = re.compile(
    r"[(\[]\s*(?:in\s+)?(%|[GMTKk]|[×x]|ms|s|sec|seconds|[GM]i?B|10\s*\^?\s*[69]|×?\s*10\s*\^?\s*[69]"
    r"|(?:im|img|imgs|image|images|tok|tokens)\s*/\s*s(?:ec)?|millions?|billions?|GFLOPs|GMACs|fps)\s*[)\]]",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"%")
_VALUE = r"(\d+(?:\.\d+)?|\.\d+)\s*(%)?"
_NAMED = re.compile(rf"(?<![A-Za-z0-9])([A-Za-zρκτλγαβ#][A-Za-z_]{{0,14}})\s*[=:]\s*{_VALUE}")
_RESOLUTION = (
    re.compile(r"(?<!\d)(\d{2,4})\s*[×x]\s*\1(?!\d)"),
    re.compile(r"(?<!\d)(\d{2,4})\s*(?:²|\^2|px\b)"),
    re.compile(r"[@↑]\s*(\d{2,4})(?!\d)"),
)
_EPOCHS = re.compile(r"(?<![\d.])(\d{1,4})\s*(?:-?\s*epochs?\b|ep\b|e\b)", re.IGNORECASE)
_SUFFIX_RATE = re.compile(r"[/_@–-]\s*(0?\.\d+|1\.0)\b")
_HYPER = re.compile(
    r"^(?:#\s*)?(?:batch size|layers?|blocks?|depth|heads?|width|hidden (?:size|dim\w*)|dim\w*|d_?model|learning rate|lr|seeds?|steps"
    r"|iterations|patch size|window(?: size)?|sequence length|length|dropout|temperature|k|n|λ|α|β|γ|τ|year|rank)$",
    re.IGNORECASE,
)
_VARIANT = re.compile(r"^\s*[-–]?\s*(v\d\w*|[ARC]\b|sketch|LT\b|100\b|real\b|subset|matched[- ]frequency)", re.IGNORECASE)
"""what, right behind a data set's name, makes another data set of it: "ImageNet-V2"."""
_SPELLINGS = (
    (re.compile(r"\b(?:image|img|im)s?\s*/\s*s(?:ec(?:ond)?s?)?\b", re.IGNORECASE), "img/s"),
    (re.compile(r"#?\s*\bparams?\b\.?", re.IGNORECASE), "params"),
    (re.compile(r"\bLV-([SM])\b"), r"LV-ViT-\1"),
    (re.compile(r"\bImNet\b"), "ImageNet"),
    (re.compile(r"\bAcc\.|\bACC\b"), "Acc"),
)
"""how tables shorten what the vocabulary knows in full."""
_FRACTIONS = ("keep_rate", "sparsity")


@dataclass(frozen=True)
class Header:
    """What one header names; empty strings and tuples where it names nothing of the kind."""

    text: str
    method: str = ""
    """canonical name of a known method, with the slug of what else distinguishes it: "evit_w_o_fusion"."""
    backbone: str = ""
    dataset: str = ""
    metric: str = ""
    unit: str = ""
    """as printed: "%", "G", "M", "img/s"."""
    change: str = ""
    """"delta" or "ratio" where the header speaks of a change instead of the quantity."""
    settings: tuple[tuple[str, float], ...] = ()
    attribute: str = ""
    """name of a setting whose values stand in the cells below or beside: "keep_rate"."""
    ours: bool = False
    rest: str = ""
    """slug of what the vocabulary does not know."""
    bare: float | None = None
    """the number that the whole header is, "0.7"."""
    known: bool = False
    """the method, if any, is one of the vocabulary."""


def clean(text: str) -> str:
    """The header without citations, footnote marks and markup."""
    text = text.replace("\u2212", "-").replace("\u00a0", " ")
    text = _CITATION.sub(" ", text)
    text = re.sub(r"[*†‡§¶★⋆`~$\\{}]|<[^>]*>|\[BOLD\]", " ", text)
    for pattern, plain in _SPELLINGS:
        text = pattern.sub(plain, text)
    return " ".join(re.sub(r"\s*-\s+|\s+-\s*", "-", text).split()).strip(" .,;:|")


def setting_value(name: str, digits: str, percent: bool) -> float:
    """A setting's value in its unit; keep rates and sparsities are fractions, so "70%" is 0.7."""
    value = float(digits)
    return value / 100 if name in _FRACTIONS and (percent or value > 1) else value


def _setting_name(word: str, value: float) -> str:
    term = find("setting", word)
    if (term and term.name == "r") or word.lower() == "r":
        return "keep_rate" if value <= 1 else "r"
    return term.name if term else (slug(word) or word)


def _take(pattern: re.Pattern[str], name: str, text: str, found: dict[str, float]) -> str:
    match = pattern.search(text)
    if match and name not in found:
        found[name] = float(match.group(1))
        return text[: match.start()] + " " + text[match.end() :]
    return text


def _named_settings(text: str, found: dict[str, float]) -> str:
    """Settings written with a value, "keep rate 0.7" or "r=13"; gives back the text without them."""
    for mention in reversed(vocabulary().mentions(text, "setting")):
        match = re.match(rf"\s*(?:=|:|of|is)?\s*{_VALUE}", text[mention.end :])
        if match and (mention.term.name != "r" or text[mention.end :].lstrip()[:1] in ("=", ":")):
            name = _setting_name(mention.term.name, float(match.group(1)))
            found.setdefault(name, setting_value(name, match.group(1), bool(match.group(2))))
            text = text[: mention.start] + " " + text[mention.end + match.end() :]
    for match in reversed(list(_NAMED.finditer(text))):
        name = _setting_name(match.group(1), float(match.group(2)))
        found.setdefault(name, setting_value(name, match.group(2), bool(match.group(3))))
        text = text[: match.start()] + " " + text[match.end() :]
    return text


def settings_in(text: str) -> tuple[dict[str, float], str]:
    """The settings that a text states with their values, and the text without them."""
    found: dict[str, float] = {}
    text = _named_settings(text, found)
    for pattern in _RESOLUTION:
        text = _take(pattern, "resolution_px", text, found)
    return found, _take(_EPOCHS, "epochs", text, found)


def _without(text: str, mentions: tuple[Mention, ...]) -> str:
    for mention in sorted(mentions, key=lambda each: -each.start):
        text = text[: mention.start] + " " + text[mention.end :]
    return text


def find(kind: Kind, text: str) -> Term | None:
    """The term that the whole text names; None for a text without letters or digits."""
    return vocabulary().find(kind, text) if len(slug(text)) > 1 or text.strip().isalpha() else None


def _first(kind: Kind, text: str) -> tuple[str, str, int]:
    """(canonical name, text without its mentions, how many different ones); the longest mention leads."""
    whole = find(kind, text)
    if whole is not None:
        return whole.name, "", 1
    mentions = vocabulary().mentions(text, kind)
    if not mentions:
        return "", text, 0
    names = {mention.term.name for mention in mentions}
    lead = max(mentions, key=lambda mention: mention.end - mention.start)
    return lead.term.name, _without(text, tuple(each for each in mentions if each.term.name == lead.term.name)), len(names)


def _dataset(text: str) -> tuple[str, str, int]:
    """As `_first`; a variant behind the name ("ImageNet-V2") is a data set of its own."""
    name, left, count = _first("dataset", text)
    mention = next((each for each in vocabulary().mentions(text, "dataset") if each.term.name == name), None)
    variant = _VARIANT.match(text[mention.end :]) if mention and find("dataset", text) is None else None
    if mention is None or variant is None:
        return name, left, count
    return slug(f"{name} {variant.group(1)}"), text[: mention.start] + " " + text[mention.end + variant.end() :], count


def _rest(text: str) -> str:
    text = _UNIT.sub(" ", text)
    return slug(re.sub(r"[↑↓]", " ", _NOISE.sub(" ", text)))


@lru_cache(maxsize=20_000)
def read_header(text: str) -> Header:
    """What a header names. A bare number or a lone setting name is told apart, for the linking to join with its neighbours."""
    plain = clean(text)
    number = number_of(plain)
    if number is not None and number.kind == "value":
        return Header(text=text, bare=number.value, unit=number.unit)
    unit_match = _UNIT.search(plain)
    unit = unit_match.group(1) if unit_match else ("%" if _PERCENT.search(plain) else "")
    change = "delta" if _CHANGE.search(plain) else "ratio" if _FACTOR.search(plain) else ""
    found, body = settings_in(plain)
    ours = bool(_OURS.search(body))
    body = _OURS.sub(" ", body)
    attribute = _attribute(body)
    if attribute:
        return Header(text=text, attribute=attribute, unit=unit, settings=tuple(sorted(found.items())))
    return _names(text, body, found, unit, change, ours)


def _attribute(body: str) -> str:
    core = _UNIT.sub(" ", body).strip(" ()[]")
    term = find("setting", core)
    if term is not None:
        return term.name
    if _HYPER.match(core):
        return slug(core) or core
    mentions = vocabulary().mentions(core, "setting")
    if vocabulary().mentions(core, "metric"):
        return ""
    if re.search(r"(?i)\bepochs?$", core) and not re.search(r"\d", core):
        return "epochs"
    return mentions[0].term.name if mentions and not _rest(_without(core, mentions)) and mentions[0].term.name != "r" else ""


def _names(text: str, body: str, found: dict[str, float], unit: str, change: str, ours: bool) -> Header:
    metric, left, _ = _first("metric", _UNIT.sub(" ", body).strip())
    for other in vocabulary().mentions(left, "metric") if metric else ():
        left = left.replace(body[other.start : other.end], " ") if other.term.name in (metric, "top1_percent") else left
    dataset, left, datasets = _dataset(left)
    backbone, left, _ = _first("backbone", left)
    method, without, methods = _first("method", left)
    if method and not metric:
        suffix = _SUFFIX_RATE.search(left)
        if suffix:
            found.setdefault("keep_rate", float(suffix.group(1)))
            without = _SUFFIX_RATE.sub(" ", without)
    rest = _rest(without if method else left)
    known = bool(method) and methods == 1 and not rest
    if method:
        method, rest = (slug(f"{method} {rest}") if methods == 1 else slug(left)), ""
    return Header(
        text=text,
        method=method,
        backbone=backbone,
        dataset=dataset if datasets == 1 else "",
        metric=metric,
        unit=unit,
        change=change,
        settings=tuple(sorted(found.items())),
        ours=ours,
        rest=rest,
        known=known,
    )
