"""
A clause held against one axis of a table: which lines are the things compared, where they are compared, and how they fare.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from statistics import median

from synth.verifier.operators.comparison import Contest
from synth.verifier.operators.lexicon import stems, words
from synth.verifier.operators.results.clauses import Clause
from synth.verifier.operators.results.cues import Cue
from synth.verifier.operators.results.matrix import Axis, Line, other
from synth.verifier.operators.results.naming import Named
from synth.verifier.operators.results.subject import NOBODY, Subject, lines_of, mean_score, narrowest, short
from synth.verifier.operators.words import key, weight

LEAST_NAME = 0.33
"""score from which a name can be one of the things compared; below stand words such as "model"."""
ALIKE = 5.0
"""factor within which the medians of comparable lines lie."""
_CITED = re.compile(r"\bet al\b|\b(?:19|20)\d\d\b")
REPEATED = 0.3
"""share of the names of rows that must stand in several blocks for the blocks to be conditions."""
_NUMBER = re.compile(r"^\(?[A-Z]?\d+[.:)]\s*")
"""what rows are numbered by, "M3:", "(A2)", "10."."""
FRONT = 5
"""words in front of the first name of a clause that may open it."""
LAST = 0.6
"""what is left of the link where "our model" is taken to be the last row, which is where papers put it."""


_LISTING = frozenset([",", "and", "or", "&", "/", "as", "well"])


class View:
    """One clause with the things compared on one axis and the measures on the other."""

    def __init__(self, clause: Clause, axis: Axis, spoken_of: Subject = NOBODY) -> None:
        """
        spoken_of   what an earlier clause was about, for "it" and for a clause without a subject
        """
        self.clause = clause
        self.axis = axis
        self.matrix = clause.matrix
        self.lines = self.matrix.lines[axis]
        self.across = self.matrix.lines[other(axis)]
        self.spoken_of = spoken_of
        self.left_out = next(
            (place for place, word in enumerate(clause.words) if word in ("except", "exception", "excluding", "besides")), len(clause.words)
        )

    @cached_property
    def _candidates(self) -> tuple[Named, ...]:
        own = (name for name in self.clause.named if name.axis == self.axis and name.score >= LEAST_NAME and not name.only_aggregates)
        return tuple(name for name in own if not all(self.lines[index].only_measures for index in name.lines))

    @cached_property
    def things(self) -> tuple[Named, ...]:
        """The names of what is compared, each for its lines under the conditions that the clause sets."""
        named = (name for name in self._candidates if name.span[0] < self.left_out and name not in self.conditions)
        return tuple(replace(name, lines=name.lines & self.everyone or name.lines) for name in named)

    @cached_property
    def conditions(self) -> tuple[Named, ...]:
        """Names that say where the clause holds: "on Dino" where each system has a row for Dino, or of the block where rows are named."""
        own = (name for name in self.clause.named if name.axis == self.axis and name.span[0] < self.left_out)
        found = tuple(name for name in own if self._is_condition(name))
        return found if any(name not in found for name in self._candidates) else ()

    def _is_condition(self, name: Named) -> bool:
        if self._blocks_repeat and self._is_outer(name):
            return any(not self._is_outer(other) for other in self._candidates)
        if name not in self._candidates or any(each.words == name.words and each.span < name.span for each in self._candidates):
            return False
        before = self.clause.words[max(0, name.span[0] - 2) : name.span[0]]
        if before[:1] and before[0] in words("made_of"):
            return False
        inner = {self.inner(line) for line in name.lines}
        several = len({self.group(line) for line in name.lines}) > 1
        return several and bool(words("conditions") & set(before)) and all(each and set(name.words) <= set(each) for each in inner)

    def _is_outer(self, name: Named) -> bool:
        """Whether a name is of blocks of rows and of none of the rows within them."""
        return all(set(name.words) <= set(key(self.group(line))) and not set(name.words) & set(self.inner(line)) for line in name.lines)

    @cached_property
    def scopes(self) -> tuple[Named, ...]:
        """The names of where it is compared."""
        return tuple(name for name in self.clause.named if name.axis != self.axis and name.span[0] < self.left_out)

    @cached_property
    def everyone(self) -> frozenset[int]:
        """Every line with a number that the clause does not leave out."""
        spared = lines_of(name for name in self._candidates if name.span[0] >= self.left_out)
        every = frozenset(line.index for line in self.lines if any(value is not None for value in line.values)) - spared
        outer = lines_of(name for name in self.conditions if self._is_outer(name)) or every
        inner = lines_of(name for name in self.conditions if not self._is_outer(name)) or every
        return every & outer & inner or every

    @cached_property
    def rivals(self) -> frozenset[int]:
        """The lines that can be beaten: no human performance, no upper bound, no mean of the others."""
        return frozenset(
            index
            for index in self.everyone
            if not set(self.lines[index].keys) & stems("no_rival") and not set(self.lines[index].keys) <= stems("aggregates")
        )

    @cached_property
    def own(self) -> frozenset[int]:
        """The lines that the table marks as those of its authors."""
        return frozenset(line.index for line in self.lines if set(line.keys) & {"our", "propos"})

    @cached_property
    def scope(self) -> tuple[int, ...]:
        """
        The lines across in which the clause speaks: those that bear most of its names, or every measure where it names none.

        None for "faster" where nothing is timed: accuracies say nothing of it.
        """
        usable = [line.index for line in self.across if sum(value is not None for value in line.values) >= 2]
        if self.clause.has("of_speed_alone") and not self._timed(usable) and not set(self.matrix.caption) & stems("durations"):
            return ()
        spared = {index for name in self.clause.named if name.axis != self.axis and name.span[0] >= self.left_out for index in name.lines}
        plain = [index for index in usable if not self._counts(self.across[index]) and index not in spared]
        if not self.scopes:
            return tuple(self._timed(usable) or self._summary(plain) or usable)
        hits = {index: frozenset(place for place, name in enumerate(self.scopes) if index in name.lines) for index in usable}
        best = [index for index in usable if hits[index] and not any(hits[index] < hits[each] for each in usable)]
        part = any(set(name.words) & stems("parts_of_summary") for name in self.scopes)
        return tuple(self._timed(best) or (best if part else self._summary(best)) or plain or usable)

    def _timed(self, indexes: list[int]) -> list[int]:
        """The measures of time and speed among some lines, where the clause speaks of speed."""
        return [index for index in indexes if set(self.across[index].keys) & stems("durations")] if self.clause.has("speed") else []

    @staticmethod
    def _counts(line: Line) -> bool:
        """Whether a line counts or sizes things, which is no measure of how good they are."""
        return line.label.startswith("#") or bool(set(line.keys) & stems("no_measure"))

    def _summary(self, indexes: list[int]) -> list[int]:
        """F-scores stand for the precision and recall beside them."""
        f = {index for index in indexes if set(self.across[index].keys) & stems("summary_measures")}
        parts = {index for index in indexes if set(self.across[index].keys) & stems("parts_of_summary")} - f
        return [index for index in indexes if index not in parts] if f else indexes

    @cached_property
    def comparable(self) -> bool:
        """Whether the lines are of one kind of number: all called by one measure, or medians within a factor of five."""
        if frozenset.intersection(*(frozenset(line.keys) for line in self.lines)) & stems("measures"):
            return True
        by_measure: dict[frozenset[str], list[float]] = {}
        for line in self.lines:
            middle = median([abs(value) for value in line.values if value is not None] or [0.0])
            by_measure.setdefault(line.measures, []).extend([middle] if middle > 0 else [])
        together = [middle for middles in by_measure.values() for middle in middles]
        groups = [middles for middles in by_measure.values() if len(middles) > 1] or [together]
        return all(middles and max(middles) <= ALIKE * min(middles) for middles in groups)

    def group(self, line: int) -> str:
        """What heads the block of rows, or spans the columns, in which a line stands; empty where there are no blocks."""
        if self.axis == "column":
            return " ".join(self.matrix.path(line)[:-1])
        labels = self.matrix.grid.labels
        return self.matrix.grid.rows[line][labels[0]].text if len(labels) > 1 else ""

    @cached_property
    def _blocks_repeat(self) -> bool:
        """Whether rows are called the same in several blocks, so that a block is a condition and not a kind of thing."""
        places: dict[tuple[str, ...], set[str]] = {}
        for line in self.lines:
            places.setdefault(self.inner(line.index), set()).add(self.group(line.index))
        return sum(len(blocks) > 1 for name, blocks in places.items() if name) > REPEATED * len(places)

    def inner(self, line: int) -> tuple[str, ...]:
        """What a line is called within its block; empty where there are no blocks."""
        if self.axis == "column":
            path = self.matrix.path(line)
            return key(path[-1]) if len(path) > 1 else ()
        labels = self.matrix.grid.labels
        return self.matrix.grid.rows[line][labels[-1]].key if len(labels) > 1 else ()

    def value(self, line: int, across: int) -> float | None:
        """The number where two lines meet."""
        return self.lines[line].values[across]

    def subject(self, names: Iterable[Named], link: float = 0.7, besides: frozenset[int] = frozenset()) -> Subject:
        """
        The lines that names stand for; where there are none, what "it" or "our model" is.

        besides   lines that are something else: what the subject is held against
        """
        named = narrowest(names)
        if named:
            return Subject(self._meant(named), mean_score(named))
        clause = self.clause
        refers = clause.has("pronouns", stop=4) or clause.words[0] in words("continuing")
        if self.spoken_of.lines and refers:
            return replace(self.spoken_of, link=link * 0.7)
        if self.own and (clause.has("own") or clause.has("pronouns", stop=4)):
            return Subject(self.own, link)
        speaks = clause.has("own") or bool(besides and clause.has("pronouns", stop=4))
        unnamed = not self.own and speaks and lines_of(self.things) <= besides
        left = self.rivals - besides
        if unnamed and besides and len(left) == 1:
            return Subject(left, link)
        if unnamed and (self.axis == "row" or besides) and len(self.rivals) > 2:
            return Subject(self._last - besides, link * LAST)
        return NOBODY

    @cached_property
    def _last(self) -> frozenset[int]:
        """The last row of each block that is no baseline and no other paper's."""
        own = [line for line in sorted(self.rivals) if not _CITED.search(self.lines[line].label) and "baselin" not in self.lines[line].keys]
        return frozenset({self.group(line): line for line in own or sorted(self.rivals)}.values())

    def _meant(self, names: Sequence[Named]) -> frozenset[int]:
        """
        The lines of several names: "BERT trained on COPA" those that both name, "BERT and GPT" those of either.

        Names that "and" or a comma joins are of different things, unless the clause speaks of their combination.
        """
        groups: list[frozenset[int]] = []
        last: Named | None = None
        for name in sorted(names, key=lambda each: each.span):
            between = self.clause.words[last.span[1] : name.span[0]] if last else ()
            listed = bool(between) and set(between) <= _LISTING and not self.clause.has("together", stop=name.span[0])
            listed = listed and not (last and between == (",",) and self._is_fronted(last))
            both = self._both(groups[-1], name.lines) if groups and not listed else frozenset()
            if both:
                groups[-1] = both
            else:
                groups.append(name.lines)
            last = name
        return frozenset().union(*groups)

    def _is_fronted(self, name: Named) -> bool:
        """Whether a name stands in a phrase that opens the clause and says where it holds: "with depth maps, X beats Y"."""
        before = self.clause.words[: name.span[0]]
        return len(before) <= FRONT and bool((words("conditions") | {"when", "using"}) & set(before))

    def _both(self, some: frozenset[int], more: frozenset[int]) -> frozenset[int]:
        """The lines of two names at once: those that both name, else those of the one that are called as one of the other and more."""

        def extended(lines: frozenset[int], others: frozenset[int]) -> frozenset[int]:
            return frozenset(line for line in lines if any(set(self.lines[other].keys) < set(self.lines[line].keys) for other in others))

        return some & more or (extended(some, more) if len(more) == 1 else extended(more, some) if len(some) == 1 else frozenset())

    @cached_property
    def _said(self) -> frozenset[str]:
        said = frozenset(word for name in self.things for word in name.words)
        meant = (short for short, long in self.matrix.glosses.items() if len(said & set(long)) >= min(2, len(long)))
        return said.union(*(key(short) for short in meant))

    def _residual(self, line: int) -> frozenset[str]:
        left = frozenset(key(_NUMBER.sub("", self.lines[line].label))) - self._said
        return frozenset(word for word in left if not word[0].isdigit()) if self._sets else left

    @cached_property
    def _told(self) -> frozenset[str]:
        return frozenset(word for word in self._said if weight(word) == 1 and not word[0].isdigit())

    @cached_property
    def _sets(self) -> bool:
        """Whether a name gives a number to something, "window size 10", which then has another one in the lines compared."""
        return any(len(name.words) > 1 and name.words[-1][0].isdigit() and name.words[0][0].isalpha() for name in self.things)

    def counterparts(self, line: int, others: frozenset[int]) -> tuple[int, ...]:
        """The lines that are called the same but for what the clause names; none where nothing else is left of the name."""
        residual, own = self._residual(line), self._told & set(self.lines[line].keys)
        return tuple(each for each in sorted(others) if self._residual(each) == residual and (residual or own & set(self.lines[each].keys)))

    def partners(self, line: int, others: frozenset[int]) -> tuple[int, ...]:
        """
        What a line is held against: those that are called the same but for what the clause names, else those of the same measure.
        """
        residual, inner = self._residual(line), self.inner(line)
        same = tuple(each for each in sorted(others) if self._residual(each) == residual)
        same = same or tuple(each for each in sorted(others) if inner and self.inner(each) == inner)
        if same:
            return same
        others = self._within_block(line, others)
        measures = self.lines[line].measures
        alike = tuple(each for each in sorted(others) if self.lines[each].measures == measures)
        several = len({self.lines[each].measures for each in self.everyone}) > 1
        if self.axis == "column" and not alike:
            return ()
        return alike if measures and several and alike else tuple(sorted(others))

    def _within_block(self, line: int, others: frozenset[int]) -> frozenset[int]:
        """Of the others those in the block of a line, where there are such and the clause does not name the block itself."""
        block = self.group(line)
        if not self._blocks_repeat:
            return others
        own = frozenset(each for each in others if self.group(each) == block)
        return own if own and not set(key(block)) & self._said else others

    def low_is_good(self, line: int, across: int) -> bool:
        """Whether less is better where two lines meet."""
        return self.matrix.low_is_good(self.lines[line], self.across[across])

    def contest(self, subjects: frozenset[int], others: frozenset[int], cue: Cue, *, each: bool = False) -> Contest:
        """
        How the subjects fare against the others in the lines of the scope.

        each   every subject must do it, not the best of them
        """
        found = Contest()
        for across in self.scope:
            pairs: dict[tuple[int, ...], list[int]] = {}
            for line in sorted(subjects):
                if self.value(line, across) is not None:
                    partners = tuple(one for one in self.partners(line, others) if self.value(one, across) is not None)
                    pairs.setdefault(partners, []).append(line)
            for partners, own in pairs.items():
                if partners:
                    self._meet(found, own, partners, across, cue, each=each)
        return found

    def _meet(self, found: Contest, own: list[int], partners: tuple[int, ...], across: int, cue: Cue, *, each: bool) -> None:
        upwards = (cue.sign > 0) != (cue.by_merit and self.low_is_good(own[0], across))
        best = max if upwards else min

        def value(line: int) -> float:
            return self.lines[line].values[across] or 0.0

        rival = best(partners, key=value)
        for line in own if each else [best(own, key=value)]:
            left, right = (f"{short(self.lines[one].label)} {value(one):g}" for one in (line, rival))
            found.add(value(line), value(rival), upwards=upwards, words=(left, f"{right} in {short(self.across[across].label)}"))
