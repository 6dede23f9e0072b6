"""How likely a sentence of a paper's experiments tells their set-up, what they are compared with, or a result: log-odds of its marks."""

from __future__ import annotations

import math
import re

SETTING = re.compile(r"implement|training|hyper|setting|set ?-? ?up|details|configuration|parameter|optimi", re.I)
RIVALS = re.compile(
    r"baseline|compar(?:ed|ing|ative|ison) (?:methods|models|systems|approaches)|competit|other methods|methods compared", re.I
)
RESULTS = re.compile(r"ablat|result|performance|comparison|main|overall", re.I)
CLOSE_LOOK = re.compile(r"error|qualitative|case|visuali|example|sensitiv|discussion|analys|effect|impact|influence", re.I)
"""titles of sections that tell how things were set up, what they are compared with, what came out, and what a closer look shows."""

_SET_UP = re.compile(
    r"\b(?:learning rates?|batch(?:es)?|mini-?batch\w*|drop ?-? ?out|optimi[sz](?:er|ed|ation|e)|adam\w*|sgd|rmsprop|adagrad|ada ?delta"
    r"|momentum|decay|epochs?|iterations|hidden|dimension\w*|initiali[sz]ed|regulari[sz]\w+|gpus?|tensorflow|pytorch|theano|keras|caffe"
    r"|glove|word2vec|pre ?-? ?trained|early stopping|beam|gradient|hyper ?-? ?parameters?|layers?|filters?|units|embeddings?|vocabulary"
    r"|parameters?|clipp\w+|set to|tuned|size|implement\w*|heads)\b",
    re.I,
)
_FARES = re.compile(
    r"outperform|better|best|state ?- ?of|improv|achiev|signific|higher|superior|surpass|gain|drop|decreas|hurt|degrad|worse|lower"
    r"|competitive|comparable|benefi|effective",
    re.I,
)
_NO_RESULT = frozenset({"pointer", "caption", "future", "question"})


def experiment_probability(title: str, text: str, cues: set[str], *, own: bool) -> float:
    """
    Probability that a sentence of experiments or results contributes.

    title  of its section
    cues   of the sentence (sentences.py, standing.py)
    own    whether it speaks of the paper
    """
    setting, done = SETTING.search(title) is not None, bool(cues & {"set_up", "described"})
    number = re.search(r"\d", text) is not None
    rival = 0.0 if done or not RIVALS.search(title) else 0.2 if own else 0.45
    found = 0.0 if cues & _NO_RESULT else _likely(_result(title, text, cues, own=own, number=number, done=done))
    return max(rival, found, _likely(_set_up(text, setting=setting, number=number, done=done)))


def _set_up(text: str, *, setting: bool, number: bool, done: bool) -> float:
    """Log-odds; every hyper-parameter or tool counts, up to three."""
    named = _kinds(_SET_UP, text, 3)
    return (named - 2.0 if setting else 0.8 * named - 3.2) + 0.5 * done + 0.5 * (number and bool(named or setting))


def _result(title: str, text: str, cues: set[str], *, own: bool, number: bool, done: bool) -> float:
    """Log-odds; what fares better or worse counts, up to twice."""
    place = -3.2 if SETTING.search(title) else -2.2 if RESULTS.search(title) else -3.6 if CLOSE_LOOK.search(title) else -2.8
    fares = _kinds(_FARES, text, 2)
    for_it = fares + 0.4 * own + 0.6 * number + 0.4 * ("finding" in cues)
    return place + for_it - 1.2 * done - bool(cues & {"dangling", "hedge"}) - 0.4 * (not fares)


def _kinds(pattern: re.Pattern[str], text: str, most: int) -> int:
    return min(len({word.lower() for word in pattern.findall(text)}), most)


def _likely(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
