"""
A saved run looked at again, as one story: ask its sources anew, see which documents changed, hear again what they touch, say what
followed. All other claims keep their findings to the byte.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass

from synth import pipeline
from synth.errors import NotFound, StoreError, UsageError
from synth.llm.use import account
from synth.model import Provenance, Run, Update
from synth.progress import Progress, silent
from synth.reader.held import hold
from synth.rehearing import Rehearing
from synth.report import render
from synth.revisiting import Revisit, look, revisit
from synth.settings import Settings
from synth.store import provenance, runs
from synth.store.embedding import Embedder
from synth.store.workspace import Workspace

OF_TODAY = ("offline", "reviewer", "data_folder", "llm", "llm_model", "llm_prompt_price", "llm_completion_price")
"""settings that are the user's and this machine's and not a run's; who a language model is must not come out of a file of a run."""


@dataclass(frozen=True)
class Plan:
    """What an update would ask."""

    run: Run
    settings: Settings
    named: tuple[str, ...]


@dataclass(frozen=True)
class Updated:
    """A run after an update."""

    run: Run
    update: Update


def newest(workspace: Workspace) -> str:
    """Name of the newest run on a question; NotFound where there is none."""
    for name in runs.names(workspace):
        with contextlib.suppress(StoreError, NotFound):
            if "question" in dict(runs.load(workspace, name)[1].asked):
                return name
    raise NotFound(f"no run on a question in {workspace.root}", then='start one with `synth run "<question>"`')


def plan(workspace: Workspace, name: str, settings: Settings, given: Sequence[str] = ()) -> Plan:
    """
    The settings under which a run is updated: its own, but for those that are of today or given by flag.

    given   names of settings that the user gave by flag
    raises  NotFound if there is no such run, UsageError for an audit and where the run's language model is not named again
    """
    saved, circumstances = runs.load(workspace, name)
    asked = [pair for pair in circumstances.asked if pair[0] in ("paper", "papers")]
    if "question" not in dict(circumstances.asked):
        raise UsageError(f"{name} is the audit of a report", then="run `synth audit REPORT` again; `--update` is for runs on a question")
    then = provenance.settings_of(circumstances)
    kept = {key: value for key, value in then.items() if key not in (*OF_TODAY, *given)}
    settings = Settings.model_validate(settings.model_dump() | kept)
    if saved.model_use is None:
        settings = settings.model_copy(update={"llm": "", "llm_model": ""})
    elif settings.llm_model != saved.model_use.model:
        then_asked = f"--llm BASE_URL --model {saved.model_use.model}"
        raise UsageError(f"{name} was made with a language model", got=settings.llm_model or "none", expected=then_asked)
    named = [part for key, text in asked for part in ([text] if key == "paper" else text.split())]
    return Plan(saved, settings, tuple(named))


def update(workspace: Workspace, name: str, settings: Settings, *, given: Sequence[str] = (), progress: Progress = silent) -> Updated:
    """
    The run with what is new about it, saved as one change; an update that is broken off leaves the run as it was.

    raises  what `plan` raises, NothingRetrieved if not one source answers, StoreError while another process updates the run
    """
    with workspace.only_update(name):
        return _update(workspace, name, settings, given, progress)


def _update(workspace: Workspace, name: str, settings: Settings, given: Sequence[str], progress: Progress) -> Updated:
    clock, started = pipeline.Clock(), provenance.now()
    planned = plan(workspace, name, settings, given)
    saved, settings = planned.run, planned.settings
    circumstances = runs.load(workspace, name)[1]
    embedder = Embedder(settings.embedding_model, workspace.cache)
    seen = look(saved, planned.named, workspace, settings, embedder, progress)
    clock.lap("search")
    waiting = dict(saved.updates[-1].waiting) if saved.updates else {}
    found = revisit(saved, seen, dict(circumstances.inputs), workspace, settings, bool(waiting), progress)
    clock.lap("read")
    again = Rehearing(saved, found, waiting, workspace, settings, embedder)
    clock.lap("extract")
    result, heard = again.heard(progress)
    clock.lap("verify")
    hold(found.after, workspace.cache)
    told = Update(
        provenance=provenance.collect(
            settings, asked=(("update", name),), inputs=found.inputs, started=started, seconds=tuple(clock.seconds.items())
        ),
        documents=tuple(found.changes),
        claims=heard,
        waiting=tuple(again.waiting.items()),
        log=seen.log,
        model_use=account(again.model, settings),
        notices=tuple(dict.fromkeys((*found.notices, *(_lost(each.title or each.id) for each in found.lost)))),
    )
    return Updated(_kept(workspace, result, told, circumstances, found), told)


def _lost(title: str) -> str:
    return f"{title}: its text can no longer be had, so nothing was heard on it; what was found before stays"


def _kept(workspace: Workspace, result: Run, told: Update, circumstances: Provenance, found: Revisit) -> Run:
    """Save the run with its update and render it again, as one change."""
    now = circumstances.model_copy(update={"inputs": found.inputs, "finished": told.provenance.finished})
    result = result.model_copy(update={"updates": (*result.updates, told)})
    formats = render.formats_of(workspace, result.name)
    return runs.save(workspace, result, now, lambda run: render.pages(workspace, run, now, formats))
