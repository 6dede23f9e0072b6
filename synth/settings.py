"""
What a run is told to do: defaults < user file < the workspace's synth.toml < environment < flags.

Every value can say where it came from (`synth config` prints it). The environment names are SYNTH_ and the field in
capitals; a list is separated by commas there.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from synth.errors import UsageError
from synth.model import Record

FILE_NAME = "synth.toml"
_LISTS = ("sources", "categories")


class Settings(Record):
    """The values that a run needs."""

    sources: tuple[str, ...] = ("arxiv",)
    """where papers come from, in order; `synth run --help` lists them."""
    max_papers: int = Field(default=15, ge=1, le=500)
    """full texts that are read."""
    snowball: int = Field(default=0, ge=0, le=5)
    """steps along references and citations of the papers nearest to the question."""
    since: str = ""
    """year, month or day of the oldest paper, "2021" or "2021-06-01"; empty: no limit."""
    until: str = ""
    """of the newest."""
    categories: tuple[str, ...] = ()
    """of arXiv, "cs.CV"; a paper is in one of them, or its source has none; empty: all."""
    latex: Literal["fallback", "prefer", "never"] = "fallback"
    """when arXiv's LaTeX source is read: where there is no PDF, before the PDF, or not at all; it has no pages."""
    claims_per_paper: int = Field(default=8, ge=1, le=200)
    """checkable sentences kept of one paper, best first."""
    seed: int = 0
    budget_seconds: float = Field(default=90.0, ge=0)
    """wall time that reruns may take in one run; 0 asks for none."""
    spot_checks: int = Field(default=2, ge=0)
    """shipped measurements that a rerun measures again on this machine, drawn by lot."""
    data_folder: str = ""
    """where data sets lie that are not embedded, such as CIFAR-10; empty: their shipped measurements alone are used."""
    offline: bool = False
    """no call leaves this machine."""
    control: bool = True
    """whether wrong siblings of the verified claims go the same way, so that a report says how many of them were caught."""
    embedding_model: str = "minilm"
    """"minilm" is the packaged all-MiniLM-L6-v2; any other sentence-transformers model goes by its name."""
    nli: str = ""
    """a cross-encoder for natural language inference that reads stance, by name or folder; empty: the rules and the head."""
    llm: str = ""
    """address of an OpenAI-compatible language model, "https://api.example.org/v1"; empty: none is asked."""
    llm_model: str = ""
    """its name, as the server knows it."""
    llm_prompt_price: float = Field(default=0.0, ge=0)
    """of a million tokens that are sent, in your currency; 0 where it is not known."""
    llm_completion_price: float = Field(default=0.0, ge=0)
    """of a million tokens that are answered."""
    reviewer: str = ""
    """name under which review decisions are kept; empty: the account's name."""


@dataclass(frozen=True)
class Configuration:
    """Settings with the place that each value came from."""

    settings: Settings
    origins: Mapping[str, str]


def user_file() -> Path:
    """The user's own settings file, whether or not it exists."""
    import platformdirs

    return Path(platformdirs.user_config_dir("synth")) / FILE_NAME


def configure(
    root: Path,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    user: Path | None = None,
) -> Configuration:
    """
    Settings as they take effect in a workspace.

    flags   values given on the command line; None means not given
    raises  UsageError naming every value that cannot be meant, and where it was written
    """
    environment = os.environ if environment is None else environment
    layers = (
        (str(user or user_file()), _read(user or user_file())),
        (str(root / FILE_NAME), _of_workspace(root / FILE_NAME)),
        ("environment", _from_environment(environment)),
        ("flag", {name: value for name, value in (flags or {}).items() if value is not None}),
    )
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, layer in layers:
        values |= layer
        origins |= dict.fromkeys(layer, origin)
    try:
        return Configuration(Settings.model_validate(values), origins)
    except ValidationError as error:
        raise UsageError(_explain(error, origins), then="mend it and try again; `synth config` lists the settings") from None


def _of_workspace(path: Path) -> dict[str, Any]:
    """The settings of a workspace, which may be somebody else's: it cannot say to whom papers and a key are sent."""
    found = _read(path)
    if "llm" in found:
        raise UsageError(f"{path} names a language model", then="name it by --llm, by SYNTH_LLM or in your own settings file")
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise UsageError(f"{path} cannot be read as settings", got=str(error), expected="TOML such as `max_papers = 15`") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name in Settings.model_fields:
        text = environment.get(f"SYNTH_{name.upper()}")
        if text:
            given[name] = tuple(part.strip() for part in text.split(",")) if name in _LISTS else text
    return given


def _explain(error: ValidationError, origins: Mapping[str, str]) -> str:
    problems = []
    for problem in error.errors():
        name = str(problem["loc"][0]) if problem["loc"] else "settings"
        problems.append(f"{name} ({origins.get(name, 'unknown')}): {problem['msg'].lower()}, got {problem['input']!r}")
    return "; ".join(problems)
