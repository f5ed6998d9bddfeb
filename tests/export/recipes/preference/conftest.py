"""One tiny run of each kind, trained once: households, things chosen once, things rated."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.recipes.preference import tiny


def _trained(folder: Path, corpus: object) -> Path:
    import torch

    from export.recipes.preference import recipe
    from export.recipes.preference.settings import settings_from

    torch.set_num_threads(1)
    recipe.train(
        corpus,  # type: ignore[arg-type]
        settings_from(tiny.settings()),
        folder,
        quiet=True,
        say=lambda line: None,
    )
    return folder


@pytest.fixture(scope="session")
def log_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log of four households."""
    return tiny.write_log(tmp_path_factory.mktemp("log") / "log.jsonl")


@pytest.fixture(scope="session")
def household_run(tmp_path_factory: pytest.TempPathFactory, log_file: Path) -> Path:
    """A finished run of it: nobody writes into it."""
    from export.corpora.interactions import read

    return _trained(tmp_path_factory.mktemp("runs") / "household", read(log_file))


@pytest.fixture(scope="session")
def once_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of things chosen once."""
    return _trained(tmp_path_factory.mktemp("runs") / "once", tiny.choices())


@pytest.fixture(scope="session")
def ratings_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of ratings."""
    return _trained(tmp_path_factory.mktemp("runs") / "ratings", tiny.rated())
