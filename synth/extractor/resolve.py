"""What "our method", "we", "it", "both" and "the latter" stand for: the paper's own method, or names in the sentence before."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from synth.extractor.scene import annotate
from synth.extractor.text import plain
from synth.extractor.words import word_set
from synth.model import Document, vocabulary

_NAME = r"(?P<name>[A-Z][\w+-]*(?:[ -][A-Z][\w+-]*){0,3})"
_HEAD = re.compile(r"^(?P<name>[A-Z][\w+.-]*(?: [A-Z][\w+-]*){0,2})\s*:\s+\S")
_APPOSED = re.compile(
    r"\b(?:[Ww]e|[Tt]his paper|[Tt]his work)\s+(?:\w+ly\s+)?(?:propose|present|introduce|develop|design)s?\s[^.;]{3,90}?,\s+(?:the\s+)?"
    r"(?-i:(?P<name>[A-Z][a-z]\w+))\b(?=\s*[,.])",
    re.I,
)
_ACHIEVES = re.compile(
    r"\b(?P<name>[A-Z][a-z]*[A-Z]\w*)\)?(?: models?)?\s+(?:attains?|achieves?|outperforms?|reaches"
    r"|obtains?|surpasses|can match|performs?|approaches|compares)\b"
)
_CALLED = re.compile(
    rf"\b(?:called|named|dubbed|termed|denoted(?: as| by)?|coined|which we call|we call it|referred to as"
    rf"|abbreviated as|abbreviated)\s+(?:the\s+)?[\"'“]?{_NAME}"
)
_PROPOSE = re.compile(
    rf"\b(?:[Ww]e|[Tt]his paper|[Tt]his work|we (?:here|then|thus|also))\s+(?:\w+ly\s+)?(?:propose|present|introduce"
    rf"|describe|develop|design|devise)s?\s+(?:the\s+|an?\s+)?{_NAME}"
)
_BRACKETED = re.compile(
    r"\b(?:[Ww]e|[Tt]his paper|[Tt]his work)\s+(?:\w+ly\s+)?(?:propose|present|introduce|describe|develop"
    r"|design)s?\s[^.;]{3,120}?\((?P<name>[A-Z][\w+-]*[A-Z][\w+-]*)\)"
)
_OURS = re.compile(rf"{_NAME}\s*\((?:[Oo]urs?)\)")
_COINED = re.compile(r"\b(?:[A-Z][a-z]*[A-Z]\w*|[A-Z]{3,}[a-z]*|[A-Z][a-z]+-[A-Z]\w*)\b")
_GENERIC = word_set(
    """
    ImageNet GPU GPUs CPU FLOPs GFLOPs MACs GMACs CNN CNNs ViTs NLP CLS MLP MLPs LSTM RNN RNNs LLM LLMs MSRNN GPT BERT Transformers
    COCO CIFAR SGD ADAM NVIDIA PyTorch ResNet USA IEEE CVPR ICCV ECCV NeurIPS ICLR ICML ACL AAAI
    """
)
_KIND = r"(?:method|approach|model|framework|algorithm|technique|system|architecture|network)"
_SELF = re.compile(
    r"\b(?P<words>(?:[Oo]ur|[Tt]he proposed|[Tt]he presented)\s+(?:(?:novel|simple|full|final|proposed|new)\s+)?"
    rf"{_KIND}|[Oo]urs|[Tt]his\s+(?:novel|proposed|new)\s+{_KIND})\b(?P<own>'s)?"
)
_THIS = re.compile(rf"\b[Tt]his\s+(?:simple\s+|full\s+|final\s+)?{_KIND}\b(?P<own>'s)?")
_KINDS = r"(?:methods|approaches|models|frameworks|algorithms|techniques|systems|architectures|networks|variants)"
_BOTH = re.compile(
    rf"^(?P<words>[Bb]oth(?:\s+(?:of\s+)?(?:(?:the|these)\s+)?(?:two\s+)?{_KINDS}|\s+of\s+them)?|[Tt]hese\s+(?:two\s+)?{_KINDS})\s+"
    r"(?=(?:\w+ly\s+)?(?:are|have|can|do|achieve|reach|perform|outperform|underperform|show|improve|reduce|obtain|yield|need|require"
    r"|use|match|beat|surpass|exceed|gain|lose|run|converge|degrade|increase|decrease|trail|keep)\b)"
)
_OUR_NAMED = re.compile(r"\b(?P<our>[Oo]ur)\s+(?P<kind>(?:[a-z][\w-]*\s+){0,2})(?=[A-Z][\w-]*[A-Z\d][\w/-]*)")
_OUR_KIND = re.compile(
    r"\b[Oo]ur\s+(?P<kind>(?:[a-z][\w-]*\s+){0,3}(?:models?|methods?|approach(?:es)?|networks?|architectures?|transformers?|variants?"
    r"|systems?|algorithms?|frameworks?))\b"
)
_WE = re.compile(
    r"^(?P<opening>(?:On|In|For|With|At|Across)\s(?:(?!\bwe\b)[^;:.]){2,100},\s+)?(?P<words>[Ww]e)\s+(?P<adverb>(?:also|further|consistently)\s+)?"
    r"(?P<verb>achieve|obtain|outperform|reach|attain|surpass|improve|reduce|get|beat|match|gain)(?P<past>d|ed)?\b"
)
_IT = re.compile(r"^(?P<words>[Ii]t|[Tt]hey|[Tt]his method|[Tt]hese methods)\s+(?=\w+s\b|\w+ly\b|outperform|are|is|have|has|can|do|does)")
_THEREFORE = re.compile(
    r"^[Ii]t\s+(?:is|was|can be|has been|should be)\s+(?:\w+\s+)?(?:that|to|shown|found|observed|noted"
    r"|clear|worth|seen|important|possible|known)\b"
)
_PAIR = re.compile(r"\b[Tt]he (?P<which>former|latter)\b")


def own_name(document: Document) -> str | None:
    """
    The name that a paper gives its own method, None where it gives none.

    In this order: "X: ..." in the title; "we propose X", "called X", "(X)" behind a proposal; "X (ours)" in text and
    tables; the coined word that stands in the title and oftenest in the text.
    """
    title = plain(unicodedata.normalize("NFKC", document.paper.title))
    head = _HEAD.match(title)
    if head and (_coined(head["name"]) or document.text.lower().count(head["name"].lower()) >= 5):
        return head["name"]
    text = _own_words(document)
    for pattern in (_CALLED, _PROPOSE, _BRACKETED, _OURS):
        names = Counter(_trimmed(match["name"]) for match in pattern.finditer(text))
        best = next((name for name, _ in names.most_common() if _coined(name)), None)
        if best:
            return best
    named = Counter(match["name"] for match in _APPOSED.finditer(text) if match["name"] not in _GENERIC)
    best = next((name for name, _ in named.most_common(1)), None)
    achievers = Counter(match["name"] for match in _ACHIEVES.finditer(text) if match["name"] not in _GENERIC)
    return best or next((name for name, n in achievers.most_common(1) if n > 1), None) or _frequent(title, document.text)


def _own_words(document: Document) -> str:
    """Abstract, introduction and conclusion, where a paper names what it proposes, then row names of its tables."""
    passages = [one.text for one in document.passages if one.role in {"abstract", "introduction", "conclusion"}] or [document.text[:6000]]
    rows = [cell.text for table in document.tables for cell in table.cells if cell.column == 0]
    return plain(". ".join([document.paper.abstract, *passages, *rows])[:60000])


def _trimmed(name: str) -> str:
    return re.sub(r"\s+(?:The|A|In|We|It|Our|This|To|For|And|With)$", "", name).strip(" -")


def _coined(name: str) -> bool:
    """Whether a word looks made up for a method: a capital inside, and no everyday abbreviation."""
    return (
        name not in _GENERIC
        and any(_COINED.fullmatch(word) or re.search(r"[a-z][A-Z]|[A-Z]{2}", word) for word in name.split())
        and len(name) > 2
    )


def _frequent(title: str, text: str) -> str | None:
    in_title = {word for word in _COINED.findall(title) if word not in _GENERIC}
    counts = Counter(word for word in _COINED.findall(text) if word in in_title)
    known = [word for word, n in counts.most_common(1) if n >= 3]
    return known[0] if known else None


def resolved(sentence: str, itself: str | None, before: str = "") -> tuple[str, str]:
    """
    (sentence that can be read on its own, reason): references replaced by the names that they stand for.

    itself   the paper's own method
    before   the sentence before, to which "it" and "the latter" refer
    reason   why the sentence stays ambiguous, empty where it does not
    """
    if _SELF.search(sentence) or _WE.match(sentence):
        if itself is None:
            return sentence, "refers to “our method”, and the paper names none"
        sentence = _SELF.sub(lambda match: itself + (match["own"] or ""), sentence)
        sentence = _WE.sub(lambda match: _done_by(itself, match), sentence)
    if this := _THIS.search(sentence):
        meant = _names(before) or ((itself,) if itself else ())
        if len(meant) != 1:
            return sentence, _unclear(this.group(0), before)
        sentence = _THIS.sub(lambda match: meant[0] + (match["own"] or ""), sentence)
    if both := _BOTH.match(sentence):
        meant = _names(before)
        if len(meant) < 2 or (len(meant) > 2 and "oth" in both["words"]):
            return sentence, f"“{both['words']}” has no clear group to refer to"
        sentence = f"{', '.join(meant[:-1])} and {meant[-1]}{sentence[both.end('words') :]}"
    return _pronouns(_possessed(sentence, itself), before)


def _unclear(words: str, before: str) -> str:
    return f"“{words}” has no one thing to refer to" if before else f"“{words}” refers to nothing before it"


def _possessed(sentence: str, itself: str | None) -> str:
    """ "our FooNet-B" → "FooNet-B", "our larger FooNet" → "the larger FooNet", "our large model" → "FooNet's large model"."""
    sentence = _OUR_NAMED.sub(lambda match: f"{_the(match['our'])} {match['kind']}" if match["kind"] else "", sentence)
    return _OUR_KIND.sub(lambda match: f"{itself}'s {match['kind']}", sentence) if itself else sentence


def _the(our: str) -> str:
    return "The" if our[0].isupper() else "the"


def _done_by(itself: str, match: re.Match[str]) -> str:
    return f"{match['opening'] or ''}{itself} {match['adverb'] or ''}{_third_person(match['verb'], match['past'])}"


def _third_person(verb: str, past: str | None) -> str:
    """The verb as one method's doing: "outperform" → "outperforms"; the past stays."""
    if past:
        return verb + past
    return verb + ("es" if verb.endswith(("ch", "ss")) else "s")


def _pronouns(sentence: str, before: str) -> tuple[str, str]:
    pair = _PAIR.search(sentence)
    it = None if _THEREFORE.match(sentence) else _IT.match(sentence)
    if pair is None and it is None:
        return sentence, ""
    inside = _names(sentence[: pair.start()]) if pair else ()
    names = inside if len(inside) == 2 else _names(before)
    if pair:
        if len(names) != 2:
            return sentence, f"“the {pair['which']}” has no clear pair to refer to"
        return sentence[: pair.start()] + names[0 if pair["which"] == "former" else 1] + sentence[pair.end() :], ""
    assert it is not None
    if len(names) != 1:
        return sentence, _unclear(it["words"], before)
    return names[0] + sentence[it.end("words") :], ""


def _names(text: str) -> tuple[str, ...]:
    """Methods and families of a text as they are written there, each once, in order."""
    text = plain(text)
    spans = annotate(text).of("method", "family")
    return tuple({span.name: text[span.start : span.end] for span in reversed(spans)}.values())[::-1]


def canonical(name: str | None) -> str | None:
    """The canonical name or slug of the paper's own method."""
    return vocabulary().name("method", name) if name else None
