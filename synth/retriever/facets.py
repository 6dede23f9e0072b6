"""
A research question to its facets: what it asks about, under every name that a paper may give it.

Known names come from the vocabulary and from topics.toml; what neither knows stays as the question's own noun phrase, so a
question on any subject has facets. A phrase gets its role from its head ("... accuracy" is a metric) or from the words before
it ("measured by ...", "on ..."), and is a method where nothing speaks for another role.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from synth.errors import UsageError
from synth.model import Facet, Question, Term, vocabulary
from synth.retriever.coverage import uncovered
from synth.retriever.plain import plain

__all__ = ["question_of", "uncovered"]

ROLE_OF_KIND = {"method": "method", "family": "method", "backbone": "model", "dataset": "dataset", "metric": "metric", "task": "task"}
NOT_A_SUBJECT = frozenset({"keep_all", "random", "performance", "performance_difference"})
"""terms of the vocabulary whose names are everyday words in a question: "baseline", "random", "performance"."""

_STOP_WORDS = """
    important helpful necessary faster slower higher larger smaller bigger stronger weaker good bad strong weak reach reaches large small
    a about above across after against all also am among an and any anyone are as at be became because been before being below
    best better between both but by can cannot compared comparable comparison concerning could current currently did different do
    does doing done due during each effect effective effectively effectiveness effects either especially even ever every evidence
    existing extent fewer for from further given had has have having hence her here hers him his how however i if impact impacts
    implications in influence influences instead into is it its itself just kind kinds latest less likely long many may me might
    modern more most much must my near need needs neither never new no nor not of off often on once one only or other others our
    out over overall own part per perhaps please possible previous proposed rather really recent recently regarding regard
    related relation relationship relative role same several shall she should significant significantly similar since so some
    still such than that the their them then there these they this those through thus to too toward towards trade tradeoff
    trade-off typical typically under understood until up upon us use used useful using various versus very via vs was way ways
    we well were what when where whether which while who whom whose why will with within without worse worst would yet you your
    state art state-of-the-art sota term terms measured evaluated tested assessed respect
"""
STOP = frozenset(_STOP_WORDS.split())
"""words that end a noun phrase."""
_VERB_STEMS = """
    achiev affect allow alter appl benefit cause chang compar correlat decreas degrad depend determin differ enabl ensur exceed
    exist explain gain give happen help hurt impair improv increas investigat know lead let mak match mean mitigat outperform
    perform play predict preserv prevent produc provid rais reduc relat requir result scal show suffer surpass tak tell trail
    underperform vary work yield boost find found beat limit lower maintain
"""
_VERB = re.compile(rf"^(?:{'|'.join(_VERB_STEMS.split())})(?:e|es|s|ed|ing|y|ies|ied|n)?$")
_GENERIC_END = re.compile(
    r"^(?:approach(?:es)?|techniques?|methods?|strateg(?:y|ies)|tasks?|settings?|algorithms?|systems?|problems?|applications?|scenarios?|"
    r"mechanisms?|schemes?|procedures?|studies|study|work|papers?|datasets?|benchmarks?|data|sets?|measures?|metrics?|levels?|conditions?)$",
    re.IGNORECASE,
)
HEADS = {
    "metric": "accuracy throughput speed latency memory cost loss error rate score robustness efficiency perplexity precision recall "
    "quality fairness calibration stability footprint consumption time runtime flops convergence generalization generalisation second",
    "task": "classification detection generation translation recognition segmentation prediction answering retrieval summarization "
    "summarisation reasoning parsing tagging forecasting estimation recommendation synthesis tracking captioning localization "
    "understanding diagnosis planning control navigation modelling modeling",
    "model": "network networks net nets model models transformer transformers architecture architectures backbone backbones encoder "
    "encoders decoder decoders classifier classifiers agent agents cnns rnns llms vits autoencoder autoencoders",
    "dataset": "dataset datasets benchmark benchmarks corpus corpora leaderboard",
}
ADJECTIVES = {
    "robust": "robustness",
    "fast": "speed",
    "accurate": "accuracy",
    "efficient": "efficiency",
    "stable": "stability",
    "calibrated": "calibration",
    "scalable": "scalability",
    "interpretable": "interpretability",
}
"""what "how robust is ..." asks for."""
_ROLE_OF_HEAD = {word: role for role, words in HEADS.items() for word in words.split()}
_METRIC_CUE = re.compile(
    r"\b(?:measured|evaluated|quantified|assessed|judged|expressed)\s+(?:by|in|as|with|through|using)(?:\s+terms\s+of)?\W*(?:the\s+)?$|\bin\s+terms\s+of\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_DATASET_CUE = re.compile(r"\b(?:on|over)\s+(?:the\s+)?$", re.IGNORECASE)
_TASK_CUE = re.compile(r"\b(?:for|in)\s+(?:the\s+)?$", re.IGNORECASE)
_WORD = re.compile(r"[^\W_](?:[\w@+#./%-]*[\w@+#%])?")


@dataclass(frozen=True)
class Topic:
    """A subject of topics.toml."""

    role: str
    label: str
    aliases: tuple[str, ...]
    also: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    """A place in the question that names something known."""

    start: int
    end: int
    role: str
    names: tuple[str, ...]


@cache
def topics() -> tuple[Topic, ...]:
    """The subjects of topics.toml, in its order."""
    data = tomllib.loads(resources.files(__package__).joinpath("topics.toml").read_text("utf-8"))
    return tuple(
        Topic(
            role=role, label=entry["label"], aliases=tuple(entry["aliases"]), also=tuple(entry["also"]), words=tuple(entry.get("words", ()))
        )
        for role, entries in data.items()
        for entry in entries.values()
    )


def question_of(text: str) -> Question:
    """
    The question with its facets, in the order of the text, each subject once.

    raises   UsageError for a text that is empty, one word, or names no subject
    """
    clean = plain(text)
    words = _WORD.findall(clean)
    if not words:
        raise UsageError("the question is empty", then='ask a whole question, such as "Does token merging speed up vision transformers?"')
    if len(words) == 1 and len(re.findall(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", clean)) < 6:
        raise UsageError(
            "one word is no question", got=repr(clean[:40]), then='say what you want to know about it, such as "Does X improve Y on Z?"'
        )
    facets = _facets(clean)
    if not facets:
        raise UsageError(
            "the question names nothing to search for", got=repr(clean[:80]), then="name a method, a model, a task or a metric"
        )
    return Question(text=clean, facets=facets)


def _facets(text: str) -> tuple[Facet, ...]:
    known = _known(text)
    places: list[tuple[int, Facet]] = []
    for start, end in _phrases(text, known):
        inside = [place for place in known if start <= place.start and place.end <= end]
        places += _of_phrase(text, start, end, inside)
    unique: dict[tuple[str, str], Facet] = {}
    for _, facet in sorted(places, key=lambda place: place[0]):
        unique.setdefault((facet.role, facet.terms[-1].lower() if len(facet.terms) > 1 else facet.text.lower()), facet)
    return tuple(unique.values())


def _of_phrase(text: str, start: int, end: int, known: list[_Known]) -> list[tuple[int, Facet]]:
    """Facets of one noun phrase: the phrase under its known names, or each known name and what stands around them."""
    phrase = text[start:end]
    topic = _topic_of(phrase)
    roles = {place.role for place in known}
    if topic is not None and (not known or roles == {topic.role}):
        return [(start, _facet(topic.role, phrase, (topic.label, *topic.aliases, *topic.also)))]
    if phrase.lower() in ADJECTIVES:
        return [(start, _facet("metric", phrase, (ADJECTIVES[phrase.lower()],)))]
    if not known:
        role = _role(text, start, phrase)
        return [(start, _facet(role, phrase, ()))] if role else []
    last = known[-1]
    if len(known) == 1 and last.end == end and len(_WORD.findall(text[start : last.start])) <= 1:
        return [(start, _facet(last.role, phrase, (text[last.start : last.end], *last.names)))]
    found: list[tuple[int, Facet]] = [(place.start, _facet(place.role, text[place.start : place.end], place.names)) for place in known]
    at = start
    for place in [*known, _Known(end, end, "", ())]:
        hyphened = re.match(r"[-–][\w-]+", text[at : place.start])  # what hangs on a name by a hyphen is no phrase of its own
        rest = _trimmed(text, at + (hyphened.end() if hyphened else 0), place.start)
        if rest is not None and len(_WORD.findall(text[rest[0] : rest[1]])) >= 2:
            role = _role(text, rest[0], text[rest[0] : rest[1]])
            if role:
                found.append((rest[0], _facet(role, text[rest[0] : rest[1]], ())))
        at = place.end
    return found


def _facet(role: str, text: str, names: tuple[str, ...]) -> Facet:
    terms: dict[str, str] = {}
    for term in (text, *names):
        terms.setdefault(term.lower(), term)
    return Facet(role=role, text=text, terms=tuple(terms.values()))


def _known(text: str) -> list[_Known]:
    """Known names in the text, the longest where they overlap."""
    found = [
        _Known(match.start(), match.end(), topic.role, (topic.label, *topic.aliases, *topic.also))
        for topic in topics()
        for alias in (topic.label, *topic.aliases)
        for match in _alias(alias).finditer(text)
    ]
    # After the topics, which come first where both name the same words: "ViTs" are vision transformers, not ViT-S.
    found += [
        _Known(mention.start, mention.end, ROLE_OF_KIND[mention.term.kind], _names(mention.term))
        for mention in vocabulary().mentions(text, "method", "family", "backbone", "dataset", "metric", "task")
        if mention.term.name not in NOT_A_SUBJECT
    ]
    kept: list[_Known] = []
    for place in sorted(found, key=lambda place: (place.start - place.end, place.start)):
        if not any(place.start < other.end and other.start < place.end for other in kept):
            kept.append(place)
    return sorted(kept, key=lambda place: place.start)


def _names(term: Term) -> tuple[str, ...]:
    members = tuple(vocabulary().label("method", member) for member in term.members)
    return (term.label, *term.aliases, *members)


@cache
def _alias(alias: str) -> re.Pattern[str]:
    pattern = r"[\s_\-–]?".join(re.escape(word) for word in re.split(r"[\s_\-–]+", alias))
    plural = "s?" if alias[-1].isalpha() and not alias.endswith("s") else ""
    flags = 0 if alias.isupper() and len(alias) < 5 else re.IGNORECASE
    return re.compile(rf"(?<![\w-]){pattern}{plural}(?![\w])", flags)


def _phrases(text: str, known: list[_Known]) -> list[tuple[int, int]]:
    """Spans of the noun phrases: runs of words between stop words, verbs and punctuation; known names are never split."""
    spans: list[tuple[int, int]] = []
    start: int | None = None
    end = 0
    for match in _WORD.finditer(text):
        word = match.group().lower()
        inside = any(place.start < match.end() and match.start() < place.end for place in known)
        gap = text[end : match.start()]
        broken = re.search(r"[^\s\"'’“”*_-]", gap) is not None and not any(
            place.start < match.start() and end < place.end for place in known
        )
        if start is not None and (broken or (not inside and _ends(word))):
            spans.append((start, end))
            start = None
        if inside or not _ends(word):
            start = match.start() if start is None else start
            end = match.end()
        else:
            end = match.end()
    if start is not None:
        spans.append((start, end))
    trimmed = (_trimmed(text, a, b, known) for a, b in spans)
    return [span for span in trimmed if span is not None]


def _ends(word: str) -> bool:
    return word in STOP or _VERB.match(word) is not None or re.fullmatch(r"[\d.,%]+", word) is not None


def _trimmed(text: str, start: int, end: int, known: list[_Known] | None = None) -> tuple[int, int] | None:
    """The span without generic words at its end ("techniques"); None if nothing is left."""
    words = list(_WORD.finditer(text, start, end))
    while words and _GENERIC_END.match(words[-1].group()) and not any(p.start < words[-1].end() <= p.end for p in known or ()):
        words.pop()
    while words and _ends(words[0].group().lower()) and not any(p.start <= words[0].start() < p.end for p in known or ()):
        words.pop(0)
    return (words[0].start(), words[-1].end()) if words else None


def _topic_of(phrase: str) -> Topic | None:
    """The first subject all of whose word beginnings stand in the phrase."""
    stems = [word.lower() for word in re.findall(r"[^\W\d_]+", phrase)]
    for topic in topics():
        if topic.words and all(any(word.startswith(beginning) for word in stems) for beginning in topic.words):
            return topic
    return None


def _role(text: str, start: int, phrase: str) -> str:
    """The role of an unknown phrase; empty for a phrase that says nothing to search for."""
    words = _WORD.findall(phrase)
    before = text[:start]
    if re.search(r"\d[BM]$", words[-1]):  # "LLaMA-7B"
        return "model"
    if _METRIC_CUE.search(before):
        return "metric"
    by_head = _ROLE_OF_HEAD.get(words[-1].lower())
    named = any(re.search(r"[A-Z]", word[1:]) or re.search(r"[A-Za-z]-?\d", word) for word in words)
    if by_head is not None:
        return by_head
    if _DATASET_CUE.search(before) and (named or words[-1][:1].isupper()):
        return "dataset"
    if len(words) == 1 and len(words[0]) < 3:
        return ""
    if _TASK_CUE.search(before) and not named:
        return "task"
    return "method"
