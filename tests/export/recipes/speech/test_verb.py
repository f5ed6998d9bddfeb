"""`edge train speech`: what people and programs type, and what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.cli import main
from edge.errors import UsageError
from edge.grammar.grammar import Grammar
from edge.intent.slots import SlotSchema
from export.corpora.speech.voices import installed_voices
from export.recipes.speech import recipe
from export.recipes.speech.school import school
from tests.export.recipes.speech import tiny
from tests.export.tiny import write_settings

QUICK: dict[str, Any] = {
    "epochs": 1, "batch_size": 2, "looks": 1, "synthetic": 6, "noises": 2, "frozen": 0
}  # fmt: skip


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """No data of this machine's; a small network to go on from; few noises."""
    monkeypatch.delenv("EDGE_DATA", raising=False)
    monkeypatch.setattr(school, "_DEV_NOISES", 2)
    monkeypatch.setattr(recipe, "shipped", lambda: tiny.network(9).eval())


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A maker's three sentences."""
    path = tmp_path / "own.txt"
    path.write_text("[Brew]\nmake a coffee\nmake {1..4:cups} cups\n[Stop]\nstop now\n", "utf-8")
    return path


def train(*options: object) -> int:
    return main(["train", "speech", *map(str, options)])


def test_help_has_examples_and_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "speech", "--help"]) == 0
    output = capsys.readouterr().out
    assert "edge train speech --sentences" in output
    assert "apt-get install espeak-ng" in output


def test_a_specialised_run_has_all_that_a_bundle_needs(
    tmp_path: Path, own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        installed_voices()
    except UsageError as error:
        pytest.skip(str(error))
    settings = write_settings(tmp_path / "settings.toml", QUICK)
    out = tmp_path / "run"
    assert train("--sentences", own, "--out", out, "--settings", settings, "--json") == 0
    output = capsys.readouterr()
    found = json.loads(output.out)
    assert found["run"] == str(out)
    assert {"letters", "seconds"} <= found["figures"]["network"].keys()
    assert "0 real recordings, 6 synthetic" in output.err
    run = recipe.load(out)
    assert run.name == "own"
    assert run.settings.synthetic == 6
    described = json.loads((out / "run.json").read_text("utf-8"))
    assert described["family"] == "speech"
    grammar = Grammar.from_bytes((out / "grammar.bin").read_bytes())
    assert set(grammar.intents) == {"Brew", "Stop"}
    schema = json.loads((out / "slot_schema.json").read_text("utf-8"))
    assert SlotSchema.from_dict(schema) is not None
    assert schema["Brew"]["cups"]["high"] == 4
    waves = np.load(out / "dev.npz")
    texts = json.loads((out / "dev.json").read_text("utf-8"))
    assert len(waves.files) == len(texts) == 1
    assert waves["pcm_0"].dtype == np.int16 and np.abs(waves["pcm_0"]).max() > 1000
    # What has been said already is not said again.
    spoken = {path: path.stat().st_mtime_ns for path in (out / "synthetic" / "audio").iterdir()}
    assert len(spoken) == 6
    assert train("--sentences", own, "--out", out, "--settings", settings, "--resume") == 0
    assert spoken == {path: path.stat().st_mtime_ns for path in spoken}
    assert capsys.readouterr().out.startswith("on dev, %")


class TestMisuse:
    """Each ends with status 2 and says what is allowed."""

    def refused(self, capsys: pytest.CaptureFixture[str], *options: object) -> str:
        assert train(*options) == 2
        output = capsys.readouterr()
        assert output.out == ""
        assert "Traceback" not in output.err
        return output.err

    def test_a_file_that_is_not_there(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "nowhere.yaml"
        assert str(path) in self.refused(capsys, "--sentences", path, "--out", tmp_path / "run")
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize("text", ["", "# nothing\n", "включи\n"])
    def test_a_file_with_nothing_to_say(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
    ) -> None:
        path = tmp_path / "own.txt"
        path.write_text(text, "utf-8")
        error = self.refused(capsys, "--sentences", path, "--out", tmp_path / "run")
        assert "not one sentence that can be said" in error

    @pytest.mark.parametrize(
        ("data", "said"), [({"epoch": 1}, "epoch: is no setting"), ({"looks": 0}, "looks: is 0")]
    )
    def test_a_wrong_setting(
        self, tmp_path: Path, own: Path, capsys: pytest.CaptureFixture[str],
        data: dict[str, Any], said: str,
    ) -> None:  # fmt: skip
        path = write_settings(tmp_path / "settings.toml", data)
        error = self.refused(
            capsys, "--sentences", own, "--out", tmp_path / "run", "--settings", path
        )
        assert said in error

    def test_a_wrong_option(
        self, tmp_path: Path, own: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        options = ("--sentences", own, "--out", tmp_path / "run", "--seed", -1)
        assert "seed: is -1" in self.refused(capsys, *options)

    def test_nothing_to_say_and_nothing_to_hear(
        self, tmp_path: Path, own: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        options = ("--sentences", own, "--out", tmp_path / "run", "--synthetic", 0)
        assert "no recordings to train on" in self.refused(capsys, *options)

    def test_a_model_from_the_beginning_needs_recordings(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "no real recordings" in self.refused(capsys, "--out", tmp_path / "run")

    def test_and_texts_to_be_said(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        tiny.recordings(tmp_path / "data")
        error = self.refused(capsys, "--data", tmp_path / "data", "--out", tmp_path / "run")
        assert "EDGE_DATA" in error
        assert "--synthetic 0" in error

    @pytest.mark.parametrize("option", ["--data", "--noise"])
    def test_a_folder_that_is_not_there(
        self, tmp_path: Path, own: Path, capsys: pytest.CaptureFixture[str], option: str
    ) -> None:
        options = ("--sentences", own, "--out", tmp_path / "run", option, tmp_path / "nowhere")
        assert "nowhere" in self.refused(capsys, *options)

    def test_a_teacher_that_is_none(
        self, tmp_path: Path, own: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "other").mkdir()
        options = ("--sentences", own, "--out", tmp_path / "run", "--teacher", tmp_path / "other")
        assert "no teacher of speech" in self.refused(capsys, *options)
        (tmp_path / "other" / "run.json").write_text('{"family": "intent"}', "utf-8")
        assert "no finished run of speech" in self.refused(capsys, *options)
