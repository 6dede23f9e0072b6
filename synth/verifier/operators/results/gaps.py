""" "The gap between X and Y is larger for A than for B": differences of two lines, held against one another."""

from __future__ import annotations

from collections.abc import Iterator

from synth.verifier.operators.amounts import mean
from synth.verifier.operators.comparison import Contest
from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.results.cues import CUES
from synth.verifier.operators.results.found import Found
from synth.verifier.operators.results.naming import Named
from synth.verifier.operators.results.subject import Subject, lines_of, mean_score, short
from synth.verifier.operators.results.view import View


def read_gap(view: View) -> Iterator[Found]:
    """Whether two lines lie further apart where the clause says so than elsewhere; silent where it does not say where."""
    clause = view.clause
    noun = next((place for place, stem in enumerate(clause.stems) if stem in stems("distances") and not clause.is_named(place)), None)
    between = next((place for place, word in enumerate(clause.words) if word == "between"), None)
    way = _way(view)
    if noun is None or between is None or way is None:
        return
    pair = [name for name in view.things if name.span[0] > between][:2]
    where, elsewhere, rests_on = _places(view)
    if len(pair) < 2 or not where or not elsewhere:
        return
    place, widens = way
    found = Contest()
    own, theirs = (_distance(view, pair[0], pair[1], lines) for lines in (where, elsewhere))
    if own is None or theirs is None:
        return
    label = short(view.across[min(where)].label)
    found.add(own, theirs, upwards=widens, words=(f"{own:g} apart in {label}", f"{theirs:g} elsewhere"))
    share = found.share
    if share is None or share == 0.5:
        return
    subject = Subject(lines_of(pair), mean_score(pair))
    margin = abs(own - theirs) / max(own, theirs)
    yield Found("compare", (share > 0.5) != clause.denied(place), subject.link, margin, tuple(found.steps), rests_on, subject)


def _places(view: View) -> tuple[frozenset[int], frozenset[int], str]:
    """Where the distance is said to be wide or narrow, where it is not, and what that rests on: all other lines if no others are named."""
    than = next((place for place, word in enumerate(view.clause.words) if word == "than"), len(view.clause.words))
    where = lines_of(name for name in view.scopes if name.span[0] < than)
    elsewhere = lines_of(name for name in view.scopes if name.span[0] > than) - where
    every = frozenset(line.index for line in view.across)
    return (where, elsewhere, "named") if elsewhere else (where, every - where, "others")


def _way(view: View) -> tuple[int, bool] | None:
    """The place of the word that says whether the distance is wide, and whether it does."""
    for place, word in enumerate(view.clause.words):
        cue = CUES.get(view.clause.stems[place])
        if word in words("wide") or word in words("narrow"):
            turned = place > 0 and view.clause.words[place - 1] in ("less", "least")
            return place, (word in words("wide")) != turned
        if cue and not cue.by_merit and word not in ("more", "less", "most", "least"):
            return place, cue.sign > 0
    return None


def _distance(view: View, first: Named, second: Named, across: frozenset[int]) -> float | None:
    """Mean distance of the means of two names in some lines across."""
    found = []
    for index in sorted(across):
        a, b = (mean([value for line in sorted(name.lines) if (value := view.value(line, index)) is not None]) for name in (first, second))
        found += [abs(a - b)] if a is not None and b is not None else []
    return mean(found)
