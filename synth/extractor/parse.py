"""
Sentence → Hypothesis, or the reason why there is none.

1. Plain text: dashes, citations and reporting frames gone; a sentence that breaks off is noted.
2. What takes the assertion back (a hedge, a question, a condition contrary to fact, an exception) refuses.
3. "either ... or" becomes AnyOf; the conditions that open the sentence hold for all its clauses.
4. Each clause goes through the readers of the grammar, the most specific first; several statements become AllOf.
5. A negation that no reader took into account refuses: it is never ignored.
6. A reading that contradicts itself, or counts what no method does, refuses as well.
7. What the sentence asserts beyond its reading is noted (unread.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from synth.extractor.clauses import alternatives, lost, neither, opening, pieces
from synth.extractor.conditions import placed_scene
from synth.extractor.cut import cut_short
from synth.extractor.grammar.amount import amounts
from synth.extractor.grammar.compare import compare
from synth.extractor.grammar.contrast import contrast
from synth.extractor.grammar.correlate import correlation, proxies
from synth.extractor.grammar.effect import lossless
from synth.extractor.grammar.figures import figures_of, unit_of
from synth.extractor.grammar.rank import rank
from synth.extractor.grammar.spread import spread
from synth.extractor.grammar.trend import trend
from synth.extractor.reading import Part, Reader, Reading, Refusal
from synth.extractor.scene import Context, Scene, annotate
from synth.extractor.sense import doubt
from synth.extractor.text import plain, unframed
from synth.extractor.unread import notes_of
from synth.extractor.words import hedge_of
from synth.model import UNREAD, AllOf, AnyOf, Group, vocabulary

MAX_LETTERS = 1200
"""longer than any sentence; more is not read."""

_EXCEPT = re.compile(r"\b(?:except|excluding|apart from|aside from|other than on|with the exception)\b", re.I)
_IF = re.compile(r"^\s*(?:if|suppose|assuming|assume|unless)\b", re.I)
_POINTING = re.compile(
    r"\bthere(?=[.,;]|$)|\bin (?:this|these|that|those|such) (?:\w+ )?(?:cases?|settings?|tables?|runs?|experiments?)\b"
    r"|\b(?:in|under|for) (?:the|our|an?) (?:[\w-]+ ){1,2}(?:settings?|set-?ups?|regimes?)\b",
    re.I,
)
_ONLY = re.compile(r"\bthe only (?:methods?|ones?|approach)\b|^\s*only\b", re.I)
_OPEN_QUESTION = re.compile(
    r"\bno (?:\w+ )?evidence\b|\b(?:cannot|can not|could not) (?:conclude|say|confirm)\b|\bunclear\b"
    r"|\bnot clear\b|\bwhether\b",
    re.I,
)
_ASIDE = re.compile(r",\s*(?:unlike|in contrast to|as opposed to)\s+[^,]+,", re.I)
_LOST_TAIL = re.compile(r",?\s*\b(?:especially|particularly|compared|additionally|respectively)$")


@dataclass(frozen=True)
class Parse:
    """What a sentence asserts, as far as the grammar can say."""

    hypothesis: Part | None
    reason: str = ""
    """why there is no hypothesis; empty where there is one."""
    notes: tuple[str, ...] = ()
    """what the reading lost: "cut short ...", a part that could not be expressed."""
    confidence: float = 0.0
    """that the reading is what the sentence says, 0..1; 0 without one."""


def parse(text: str, *, subject: str | None = None) -> Parse:
    """
    The hypothesis of a sentence; never raises, and the same text gives the same answer.

    subject  name of the paper's own method, to which "our method" and "we" refer
    """
    itself = vocabulary().name("method", subject) if subject else None
    parsed = _parse(text[:MAX_LETTERS], itself)
    if parsed.hypothesis is None:
        return parsed
    return replace(parsed, notes=(*parsed.notes, *notes_of(text[:MAX_LETTERS], parsed.hypothesis, itself, parsed.notes)))


@lru_cache(maxsize=4096)
def _parse(text: str, itself: str | None) -> Parse:
    cut, whole = cut_short(plain(text))
    framed = unframed(plain(text))
    sentence = _completed(framed, whole)
    notes = (cut, *_loss(framed, sentence, whole)) if cut else ()
    aside = _ASIDE.search(sentence)
    if aside:
        sentence = sentence[: aside.start()] + sentence[aside.end() :]
        notes = (*notes, f"“{aside.group(0).strip(' ,')}” {UNREAD}")
    if reason := _taken_back(sentence):
        return Parse(None, reason, notes)
    if denials := neither(sentence):
        return _joined(denials, itself, notes, AllOf)
    if choice := alternatives(sentence):
        return _joined(choice, itself, notes, AnyOf)
    body, shared, assumed = opening(sentence.rstrip(" .;:!"), itself)
    read = _read(body, Context(itself=itself, shared=shared), cut)
    if isinstance(read, Refusal):
        return Parse(None, read.reason, notes)
    if reason := doubt(read.parts, sentence):
        return Parse(None, reason, notes)
    return _composed(read, (*notes, *read.notes, *_only(sentence), *_pointing(sentence)), assumed)


def _completed(text: str, whole: str) -> str:
    """A word that was cut is spelled out where it qualifies what stands before it, and dropped where it opens something lost."""
    if not whole:
        return text
    return _LOST_TAIL.sub("", re.sub(r"[A-Za-z]+$", whole, text))


def _loss(before: str, after: str, whole: str) -> tuple[str, ...]:
    if not whole:
        return ()
    word = before.split()[-1]
    return (f"“{word}” is read as “{whole}”",) if after.endswith(whole) else (f"what “{whole}” was to introduce is lost",)


def _taken_back(text: str) -> str:
    if not text:
        return "empty"
    if text.rstrip().endswith("?"):
        return "asks a question"
    if hedge := hedge_of(text):
        return f"hedged: {hedge}"
    if open_question := _OPEN_QUESTION.search(text):
        return f"asserts nothing: “{open_question.group(0)}”"
    if _EXCEPT.search(text):
        return "states an exception, which the grammar cannot express"
    if _IF.match(text) and not re.search(r"%|\bkeep r", text):
        return "conditional: it asserts nothing on its own"
    return ""


def _only(text: str) -> tuple[str, ...]:
    return (f"that it is the only one {UNREAD}",) if _ONLY.search(text) else ()


def _pointing(text: str) -> tuple[str, ...]:
    """What a sentence points at outside itself restricts it, and is not known: "there", "in these three cases"."""
    return tuple(f"“{match[0]}” {UNREAD}" for match in _POINTING.finditer(text))


def _joined(choice: tuple[str, str], itself: str | None, notes: tuple[str, ...], how: type[AllOf] | type[AnyOf]) -> Parse:
    """The two sentences of an "or" or a "nor", each parsed on its own."""
    parsed = [_parse(one, itself) for one in choice]
    failed = next((one for one in parsed if one.hypothesis is None), None)
    if failed is not None:
        return Parse(None, failed.reason, notes)
    parts = tuple(one.hypothesis for one in parsed if one.hypothesis is not None)
    confidence = round(min(one.confidence for one in parsed) * 0.9, 3)
    return Parse(how(parts=parts), "", tuple(dict.fromkeys((*notes, *(note for one in parsed for note in one.notes)))), confidence)


_WHOLE: tuple[Reader, ...] = (proxies, correlation, contrast)
_CLAUSE: tuple[Reader, ...] = (proxies, correlation, contrast, rank, spread, trend, compare, amounts)


def _read(text: str, context: Context, cut: str) -> Reading | Refusal:
    scene = placed_scene(annotate(text, context, cut))
    for reader in _WHOLE:
        found = reader(scene)
        if isinstance(found, Reading) or (found is not None and len(pieces(text)) < 2):
            return _checked(scene, found)
    parts = _merged(pieces(text), context)
    if len(parts) == 1:
        return _clause(text, context, cut) or Refusal(_nothing(scene))
    return _sequence(parts, context, cut)


def _merged(parts: tuple[str, ...], context: Context) -> tuple[str, ...]:
    """Pieces that assert nothing by themselves joined to the piece before them, the first one to the next."""
    probe = replace(context, subject=Group(label="", members=("x",)), other=Group(label="", members=("y",)))
    kept: list[str] = []
    for part in parts:
        if kept and (_clause(part, probe, "") is None or _clause(kept[-1], probe, "") is None):
            kept[-1] = _rejoined(kept[-1], part)
        else:
            kept.append(part)
    return tuple(kept)


def _rejoined(left: str, right: str) -> str:
    return f"{left} and {right}"


def _sequence(parts: tuple[str, ...], context: Context, cut: str) -> Reading | Refusal:
    found: list[Part] = []
    notes: list[str] = []
    last: Refusal | None = None
    for at, part in enumerate(parts):
        reading = _clause(part, context, cut if at == len(parts) - 1 else "")
        if isinstance(reading, Reading):
            found += reading.parts
            notes += reading.notes
            context = _after(context, reading)
        else:
            last = reading or Refusal("compares nothing measurable")
            notes.append(f"“{part.strip()}” {UNREAD}: {last.reason}")
    if not found:
        return last or Refusal("compares nothing measurable")
    if last is not None and last.reason.startswith("denies"):
        return last
    return Reading(parts=tuple(found), notes=tuple(notes))


def _after(context: Context, reading: Reading) -> Context:
    rates = [
        one.range for part in reading.parts if not isinstance(part, AllOf | AnyOf) for one in part.where.settings if one.name == "keep_rate"
    ]
    exact = next((one.low for one in rates if one.low is not None and one.low == one.high), None)
    return replace(
        context,
        subject=reading.subject or context.subject,
        other=reading.other or context.other,
        metric=reading.metric,
        keep_start=exact if exact is not None else context.keep_start,
    )


def _clause(text: str, context: Context, cut: str) -> Reading | Refusal | None:
    """The first reader's answer that is a reading; else the first refusal; None where no reader sees anything of its kind."""
    scene = placed_scene(annotate(text, context, cut))
    readers = (amounts, *_CLAUSE) if _numeric(scene) else _CLAUSE
    refusal: Refusal | None = None
    for reader in readers:
        found = reader(scene)
        if isinstance(found, Reading):
            return _checked(scene, found)
        if found is not None and (found.reason.startswith(("denies", "cut short", "ranks"))):
            return found
        refusal = refusal or found
    return refusal


def _numeric(scene: Scene) -> bool:
    """Whether the clause's numbers are changes that only an Effect can say: a factor, or per cent of something that is no percentage."""
    if re.search(r"\b(?:most|least)\s+\w+|\ue006", scene.skeleton) and trend(scene) is not None:
        return False
    return any(
        figure.sort in {"change", "difference", "share"}
        and figure.metric is not None
        and (
            figure.quantity.unit == "x" or figure.sort != "change" or (figure.quantity.unit == "%" and unit_of(figure.metric) != "percent")
        )
        for figure in figures_of(scene)
    )


def _checked(scene: Scene, found: Reading | Refusal) -> Reading | Refusal:
    if isinstance(found, Refusal):
        return found
    open_ones = [one for one in scene.negations if one not in found.used and scene.text[one[0] : one[1]].lower() != "without"]
    if open_ones:
        start, end = open_ones[0]
        return Refusal(f"denies something that the grammar cannot express, “{scene.text[start:end]}”")
    found = _with_lossless(scene, found)
    left = [one for one in scene.negations if one not in found.used]
    notes = tuple(f"the condition “{' '.join(scene.text[start:].split()[:4])}” {UNREAD}" for start, _ in left)
    trends = any(part.kind == "trend" for part in found.parts)
    return replace(found, notes=(*found.notes, *notes, *(() if trends else lost(scene.text, scene.skeleton))))


def _with_lossless(scene: Scene, found: Reading) -> Reading:
    """The reading with "without loss of accuracy" added, where no reader took it."""
    free = lossless(scene, found.subject) if found.subject and found.subject.members else None
    if free is None or any(free[1][0] <= start < free[1][1] for start, _ in found.used):
        return found
    used = tuple(one for one in scene.negations if free[1][0] <= one[0] < free[1][1])
    return replace(found, parts=(*found.parts, free[0]), used=(*found.used, *used))


def _nothing(scene: Scene) -> str:
    """Why a clause in which no reader found anything has no hypothesis."""
    if scene.cut:
        return scene.cut
    if not scene.of("method", "family", "backbone", "metric", "self", "others"):
        return "names no method"
    if scene.of("self") and not any(span.members for span in scene.of("self", "method", "family")):
        span = scene.of("self")[0]
        return f"names no method: “{scene.text[span.start : span.end]}” is not resolved"
    return "compares nothing measurable"


def _composed(read: Reading, notes: tuple[str, ...], assumed: tuple[str, ...]) -> Parse:
    parts = read.parts
    if assumed:
        parts = tuple(part.model_copy(update={"assumptions": (*part.assumptions, *assumed)}) for part in parts)
    hypothesis: Part = parts[0] if len(parts) == 1 else AllOf(parts=parts)
    return Parse(hypothesis, "", tuple(dict.fromkeys(notes)), _confidence(parts, notes))


def _confidence(parts: tuple[Part, ...], notes: tuple[str, ...]) -> float:
    """0.95, less 0.03 for each assumption and 0.12 for each loss, at least 0.2."""
    assumptions = {text for part in parts for text in part.assumptions}
    return round(max(0.2, 0.95 - 0.03 * len(assumptions) - 0.12 * len(notes)), 3)
