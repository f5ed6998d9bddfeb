"""One tiny encoder, one tiny corpus and one run trained on it, shared by all tests of `export`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.export import tiny

# Before torch is imported: threads only get in one another's way on matrices this small.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `transformers` loads an encoder from."""
    import torch

    torch.set_num_threads(1)
    return tiny.write_encoder(tmp_path_factory.mktemp("encoder") / "tiny")


@pytest.fixture(scope="session")
def corpus_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JSONL file with all three splits and a few unlabelled sentences."""
    return tiny.write_corpus(tmp_path_factory.mktemp("corpus") / "corpus.jsonl")


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, encoder: Path, corpus_file: Path) -> Path:
    """A finished run: nobody writes into it."""
    from export.corpora import read
    from export.recipes.intent import recipe
    from export.recipes.intent.settings import settings_from

    folder = tmp_path_factory.mktemp("runs") / "shared"
    settings = settings_from(tiny.settings(encoder) | {"student_alone": True})
    recipe.train(read(corpus_file), settings, folder, quiet=True, say=lambda line: None)
    return folder
