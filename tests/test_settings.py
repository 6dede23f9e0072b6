"""Settings: which layer wins, and what is said when a value cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from synth.errors import UsageError
from synth.settings import configure


def test_every_layer_beats_the_one_below_and_is_named(tmp_path: Path) -> None:
    """Defaults < user file < workspace file < environment < flags, and each value says where it came from."""
    user = tmp_path / "user.toml"
    user.write_text("max_papers = 1\nclaims_per_paper = 1\nseed = 1\nbudget_seconds = 1\n")
    (tmp_path / "synth.toml").write_text("claims_per_paper = 2\nseed = 2\nbudget_seconds = 2\n")
    settled = configure(tmp_path, {"budget_seconds": 4.0, "offline": None}, {"SYNTH_SEED": "3", "SYNTH_BUDGET_SECONDS": "3"}, user)
    values = settled.settings
    assert (values.max_papers, values.claims_per_paper, values.seed, values.budget_seconds, values.offline) == (1, 2, 3, 4.0, False)
    assert [settled.origins[name] for name in ("max_papers", "claims_per_paper", "seed", "budget_seconds", "offline")] == [
        str(user), str(tmp_path / "synth.toml"), "environment", "flag", "default",
    ]  # fmt: skip


def test_a_list_in_the_environment_is_separated_by_commas(tmp_path: Path) -> None:
    """SYNTH_SOURCES="library, folder:x" names two sources."""
    settled = configure(tmp_path, {}, {"SYNTH_SOURCES": "library, folder:x"}, tmp_path / "none")
    assert settled.settings.sources == ("library", "folder:x")


def test_all_mistakes_are_reported_together_with_their_place(tmp_path: Path) -> None:
    """One error names every value that cannot be meant, and where it was written."""
    (tmp_path / "synth.toml").write_text('max_papers = "many"\n')
    with pytest.raises(UsageError) as caught:
        configure(tmp_path, {"claims_per_paper": 0}, {}, tmp_path / "none")
    assert "max_papers" in str(caught.value)
    assert str(tmp_path / "synth.toml") in str(caught.value)
    assert "claims_per_paper (flag)" in str(caught.value)


def test_an_unknown_setting_is_an_error(tmp_path: Path) -> None:
    """A misspelt name is not silently ignored."""
    (tmp_path / "synth.toml").write_text("max_paper = 3\n")
    with pytest.raises(UsageError, match="max_paper"):
        configure(tmp_path, {}, {}, tmp_path / "none")


def test_a_broken_file_is_one_clear_line(tmp_path: Path) -> None:
    """A settings file that is no TOML says which file, and what is expected."""
    (tmp_path / "synth.toml").write_text("= 3")
    with pytest.raises(UsageError, match=r"synth\.toml cannot be read as settings"):
        configure(tmp_path, {}, {}, tmp_path / "none")
