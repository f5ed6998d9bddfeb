"""The sentences that are to be said."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from edge.errors import UsageError
from export.corpora.speech import texts


def data_folder(folder: Path) -> Path:
    """A few training and test sentences in the layouts of the three corpora."""
    (folder / "slurp").mkdir()
    for name, text in [("train_hwu", "A cup of coffee"), ("devel", "dev one"), ("test", "test it")]:
        row = {"text": text, "intent": "iot_coffee", "entities": []}
        if name != "train_hwu":
            row["tokens"] = text.split()
        (folder / "slurp" / f"{name}.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "slurp" / "unlabelled.txt").write_text("wake me at 7\nhm\n" + "long " * 15 + "\n")
    (folder / "clinc150").mkdir()
    parts = ("train", "val", "test", "oos_train", "oos_val", "oos_test")
    clinc = {name: [[f"clinc {name.replace('_', ' ')}", "oos"]] for name in parts}
    clinc["train"] = [["clinc train sentence", "greeting"]]
    (folder / "clinc150" / "data_full.json").write_text(json.dumps(clinc))
    for split in ("train", "dev", "test"):
        (folder / "snips" / split).mkdir(parents=True)
        words = f"play snips {split}"
        (folder / "snips" / split / "seq.in").write_text(f"{words}\n")
        (folder / "snips" / split / "seq.out").write_text("O O O\n")
        (folder / "snips" / split / "label").write_text("PlayMusic\n")
    return folder


def test_only_what_may_be_learned_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "dictionary_words", lambda: ["zebra", "quartz"])
    found = texts.general_texts(data_folder(tmp_path), 90, 3)
    assert found == texts.general_texts(tmp_path, 90, 3)
    assert len(set(found)) == len(found)
    assert {"a cup of coffee", "wake me at seven", "play snips train"} <= set(found)
    assert "clinc train sentence" in found
    assert not {"dev one", "test it", "play snips test", "play snips dev"} & set(found)
    assert not any(text.startswith("clinc") and "train" not in text for text in found)
    assert all(re.fullmatch(r"[a-z' ]+", text) for text in found)
    assert all(1 <= len(text.split()) <= 14 for text in found)
    random = [text for text in found if set(text.split()) <= {"zebra", "quartz"}]
    assert 10 <= len(random) <= 20
    # The sample home's part is there, too.
    assert len(found) - len(random) >= 30


def test_every_other_random_word_is_one_that_somebody_asks_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(texts, "dictionary_words", lambda: ["quartz", "zebra", "tea", "light"])
    lines = texts.random_words(4000, 0, {"tea": 9, "light": 1, "hm": 50})
    said = Counter(" ".join(lines).split())
    assert {len(line.split()) for line in lines} == set(range(1, 8))
    assert set(said) == {"quartz", "zebra", "tea", "light"}  # "hm" is no word of the dictionary
    # Half of them are drawn from all four words, half from those asked for, by three to one.
    assert said["tea"] / said.total() == pytest.approx(1 / 8 + 3 / 8, abs=0.02)
    assert said["light"] / said.total() == pytest.approx(1 / 8 + 1 / 8, abs=0.02)
    assert texts.random_words(5, 1, {}) == texts.random_words(5, 1, {"unknown": 3})


def test_a_missing_corpus_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.txt"
    with pytest.raises(SystemExit) as caught:
        texts.main(["--data", str(tmp_path), "--out", str(out)])
    assert caught.value.code == 2
    assert "slurp" in capsys.readouterr().err
    assert not out.exists()


def test_the_dictionary_has_plain_words() -> None:
    pytest.importorskip("pocketsphinx", reason="its package has the CMU dictionary")
    words = texts.dictionary_words()
    assert len(words) > 50_000
    assert len(set(words)) == len(words)
    assert {"kitchen", "don't"} <= set(words)
    assert not any("(" in word or "." in word or word.startswith("'") for word in words)


def test_without_the_dictionary_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pocketsphinx", None)
    with pytest.raises(UsageError, match="pip install pocketsphinx"):
        texts.dictionary_words()
