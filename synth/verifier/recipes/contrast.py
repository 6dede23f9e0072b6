"""
Contrast pairs of our own making: a sentence of a result beside a claim that says the same, the opposite, or something else.

Two sources: result sentences of CSAbstruct (Cohan et al. 2019, Apache-2.0), edited; and sentences built from the
vocabulary's names. Each pair is (claim, passage, label) with label 0 supports, 1 refutes, 2 neutral.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from synth.model import vocabulary
from synth.verifier.stance.side import side_of

Pair = tuple[str, str, int]

OPENINGS = re.compile(
    r"^(?:(?:our |the |experimental |empirical |these |simulation )*(?:results?|experiments?|findings?|analys[ie]s|studies|study)"
    r"(?: [a-z]+){0,6}? (?:show|shows|showed|demonstrate[sd]?|indicate[sd]?|suggest(?:s|ed)?|reveal(?:s|ed)?|confirm(?:s|ed)?) that|"
    r"we (?:show|find|found|observe|demonstrate|report) that|in addition|moreover|furthermore|finally|also|however|in fact),?\s+",
    re.IGNORECASE,
)
SAME = {
    "outperforms": "beats", "outperform": "beat", "improves": "raises", "increases": "raises", "reduces": "lowers", "decreases": "lowers",
    "achieves": "reaches", "achieve": "reach", "shows": "exhibits",
    "significantly": "markedly", "approach": "method", "demonstrates": "shows",
    "obtained": "reached", "performance": "results",
    "compared to": "relative to", "higher": "greater", "large": "big", "better": "superior",
}  # fmt: skip
OPPOSITE = {
    "outperforms": "underperforms", "outperform": "trail", "improves": "worsens", "improve": "degrade", "improved": "degraded",
    "increases": "decreases", "increase": "decrease", "increased": "decreased", "reduces": "raises", "reduce": "raise", "reduced": "raised",
    "decreases": "increases", "higher": "lower", "lower": "higher", "better": "worse", "faster": "slower", "more": "less", "less": "more",
    "superior": "inferior", "effective": "ineffective", "efficient": "inefficient", "positive": "negative", "positively": "negatively",
    "best": "worst", "strong": "weak", "high": "low", "low": "high", "greater": "smaller", "fewer": "more", "successful": "unsuccessful",
}  # fmt: skip


def _replace_word(text: str, table: dict[str, str], rng: random.Random, limit: int) -> str | None:
    words = [word for word in table if re.search(rf"\b{word}\b", text)]
    rng.shuffle(words)
    for word in words[:limit]:
        text = re.sub(rf"\b{word}\b", table[word], text, count=1)
    return text if words else None


def paraphrase(text: str, rng: random.Random) -> str | None:
    """The sentence with its opening dropped, synonyms in and sometimes its last clause cut; None if nothing changed."""
    new = OPENINGS.sub("", text)
    new = _replace_word(new, SAME, rng, rng.randint(0, 3)) or new
    if rng.random() < 0.4 and len(head := re.split(r",\s", new)) > 1 and len(head[0].split()) > 6:
        new = head[0] + "."
    return new[:1].upper() + new[1:] if new != text else None


def negate(text: str, rng: random.Random) -> str | None:
    """The sentence with its first finite verb denied; None where none is known."""
    if re.search(r"\b(?:not|no|never|without|cannot)\b", text):
        return (
            re.sub(r"\b(?:is|are|was|were|does|do|can) not\b", lambda match: match.group()[:-4], text, count=1) if " not " in text else None
        )
    for pattern, new in (
        (r"\b(is|are|was|were|can|will|has|have)\b", r"\1 not"),
        (r"\b(outperform|improve|increase|reduce|achieve|show)s\b", r"does not \1"),
    ):
        if re.search(pattern, text):
            return re.sub(pattern, new, text, count=1)
    return None


def oppose(text: str, rng: random.Random) -> str | None:
    """The sentence with one pointing word turned into its opposite."""
    return _replace_word(text, OPPOSITE, rng, 1)


def renumber(text: str, rng: random.Random) -> str | None:
    """The sentence with one number changed by a fifth or more."""
    numbers = [number for number in side_of(text).numbers if re.fullmatch(r"\d+(?:\.\d+)?.*", number.text)]
    if not numbers:
        return None
    number = rng.choice(numbers)
    match = re.match(r"\d+(?:\.(\d+))?", text[number.start :])
    if match is None:
        return None
    value = float(match.group()) * rng.choice([0.4, 0.6, 0.8, 1.25, 1.6, 2.5])
    new = f"{value:.{len(match[1] or '')}f}"
    return None if new == match.group() else text[: number.start] + new + text[number.start + match.end() :]


def reunit(text: str, rng: random.Random) -> str | None:
    """The sentence with the unit of one number exchanged."""
    found = [number for number in side_of(text).numbers if number.unit in UNITS and number.text[-1] in "%xs"]
    if not found:
        return None
    number = rng.choice(found)
    match = re.match(r"[\d.,]+", text[number.start :])
    other = rng.choice([unit for name, unit in UNITS.items() if name != number.unit])
    return None if match is None else text[: number.start + match.end()] + other + text[number.end :]


def edited(sentences: Sequence[str], others: Sequence[str], rng: random.Random) -> list[Pair]:
    """Pairs from result sentences; `others` are sentences of the same abstract, one each, that say something else."""
    pairs: list[Pair] = []
    for text, other in zip(sentences, others, strict=True):
        claim = paraphrase(text, rng)
        if claim is None or len(claim.split()) < 6:
            continue
        pairs.append((claim, text, 0))
        wrong = [new for edit in (negate, oppose, renumber, reunit) if (new := edit(claim, rng)) is not None]
        if wrong:
            pairs.append((rng.choice(wrong), text, 1))
        if other:
            pairs.append((claim, other, 2))
    return pairs


def altered(claim: str, label: int, rng: random.Random, *, turns: bool) -> list[tuple[str, int]]:
    """
    The claim of a labelled pair made to say something else in at most two ways, each with its label beside the same evidence.

    What is supported is refuted then. What is refuted is supported once it is denied or turned round, but not with another
    number, since both numbers may be wrong. What is neither stays so; half of those are enough.
    turns   whether a refuted claim says the opposite of its evidence, so that its denial holds
    """
    made = [(edit, new) for edit in (negate, oppose, renumber) if (new := edit(claim, rng)) is not None and new != claim]
    rng.shuffle(made)
    found: list[tuple[str, int]] = []
    for edit, new in made[:2]:
        if label == 0:
            found.append((new, 1))
        elif label == 1 and turns and edit is not renumber:
            found.append((new, 0))
        elif label == 2 and rng.random() < 0.5:
            found.append((new, 2))
    return found


UNITS = {"percent": "%", "point": " points", "ratio": "x", "s": " ms", "images/s": " images/s"}
FORMS = (
    "{a} outperforms {b} on {d}", "On {d}, {b} is outperformed by {a}", "{a} has higher accuracy than {b} on {d}", "{b} trails {a} on {d}",
    "Compared with {b}, {a} is more accurate on {d}", "{b} is less accurate than {a} on {d}", "We find that {a} beats {b} on {d}",
    "On {d}, {b} has lower accuracy than {a}", "{a} surpasses {b} in our experiments on {d}", "{b} is worse than {a} when tested on {d}",
)  # fmt: skip
MARGINS = (
    "{a} outperforms {b} on {d} by {n} points",
    "On {d}, {b} is outperformed by {a}, the gap being {n} points",
    "With a margin of {n} points, {a} beats {b} on {d}",
    "{b} trails {a} by {n} points on {d}",
    "Compared with {b}, {a} is {n} points more accurate on {d}",
)
AMOUNTS = (
    "{a} reaches {n}% top-1 accuracy on {d}", "On {d}, the top-1 accuracy of {a} is {n}%", "With {a} we obtain an accuracy of {n}% on {d}",
    "{a} achieves {n} percent accuracy when evaluated on {d}", "The accuracy of {a} on {d} amounts to {n}%",
)  # fmt: skip


def _wrong(names: dict[str, object], is_comparison: bool, passage: str, rng: random.Random) -> str:
    """The passage with the names exchanged, or with another number or unit."""
    same = passage.format(**names) + "."
    turned = passage.format(**{**names, "a": names["b"], "b": names["a"]}) + "."
    if is_comparison and ("{n}" not in passage or rng.random() < 0.6):
        return turned if rng.random() < 0.75 else negate(same, rng) or oppose(same, rng) or turned
    if not is_comparison and rng.random() < 0.35:
        return re.sub(r"%| percent", rng.choice([" ms", "x", " images/s"]), same)
    return passage.format(**{**names, "n": round(float(str(names["n"])) + rng.choice([-6.3, -2.1, 1.7, 4.4]), 1)}) + "."


def built(count: int, rng: random.Random) -> list[Pair]:
    """Pairs of sentences on the vocabulary's methods and data sets: same, contradicted, other method, other data set."""
    labels = [term.label for term in vocabulary().of("method") if term.name != "keep_all"]
    sets = [term.label for term in vocabulary().of("dataset")]
    pairs: list[Pair] = []
    while len(pairs) < count:
        (a, b, c), (d, e) = rng.sample(labels, 3), rng.sample(sets, 2)
        forms = FORMS if rng.random() < 0.6 else MARGINS if rng.random() < 0.4 else AMOUNTS
        claim, passage = rng.sample(forms, 2)
        names: dict[str, object] = {"a": a, "b": b, "d": d, "n": round(rng.uniform(1, 9) if forms is MARGINS else rng.uniform(50, 95), 1)}
        text = claim.format(**names) + "."
        pairs.append((text, passage.format(**names) + ".", 0))
        pairs.append((text, _wrong(names, forms is not AMOUNTS, passage, rng), 1))
        pairs.append((text, passage.format(**{**names, **({"d": e} if rng.random() < 0.5 else {"a": c})}) + ".", 2))
    return pairs[:count]
