"""The run folder, and what may be in the way of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from edge.errors import UsageError
from export.corpora.speech.recording import Recording
from export.recipes.speech import recipe
from export.recipes.speech.lessons.domain import read_domain
from export.recipes.speech.lessons.material import Material
from export.recipes.speech.mistakes import confidence
from export.recipes.speech.school import school
from export.recipes.speech.school.teachers import open_ctc
from export.recipes.speech.settings import SPECIALISE, SpeechSettings, settings_from
from tests.export.recipes.speech import tiny

QUICK = SpeechSettings(
    epochs=3, batch_size=1, looks=2, synthetic=4, noises=2, width=8, frozen=0, seed=1
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few noises, no processes, and recordings in place of synthetic voices."""
    monkeypatch.setattr(school, "_DEV_NOISES", 2)
    monkeypatch.setattr(school, "_NOISE_SECONDS", 1.0)
    monkeypatch.setattr(school, "_JOBS", 1)
    monkeypatch.setattr(recipe, "shipped", lambda: tiny.network(9).eval())

    def made_up(
        texts: list[str], count: int, folder: Path, *_: object, **__: object
    ) -> list[Recording]:
        return tiny.recordings(folder, (list(texts) * count)[:count]) if texts else []

    monkeypatch.setattr(recipe, "made_up", made_up)
    monkeypatch.setattr(confidence, "made_up", made_up)
    monkeypatch.setattr(confidence, "_COMMANDS", 2)
    monkeypatch.setattr(confidence, "_DRAWN", 40)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was measured, a growing number each time: every epoch is better than the last."""
    found: list[int] = []

    def better(*_: object) -> float:
        found.append(len(found))
        return float(len(found))

    monkeypatch.setattr(school, "letters_right", better)
    return found


def quiet(line: str) -> None:
    """Says nothing."""


@pytest.fixture
def material(tmp_path: Path) -> Material:
    real = tiny.recordings(tmp_path / "real", speaker="anna")
    return Material(real=real, dev=tiny.recordings(tmp_path / "dev", ["stop it"]))


def test_a_run_is_read_back_as_it_was(tmp_path: Path, material: Material) -> None:
    run = recipe.train(
        material, ["go on"], QUICK, tmp_path / "run",
        name="mine", begin=tiny.network(), quiet=True, say=quiet,
    )  # fmt: skip
    again = recipe.load(tmp_path / "run")
    assert (again.name, again.settings, again.figures) == ("mine", QUICK, run.figures)
    trained = run.network.state_dict()
    for key, value in again.network.state_dict().items():
        if value.is_floating_point():
            assert torch.allclose(value, trained[key], rtol=2e-3, atol=1e-4), key
    assert {"letters", "clean", "noisy", "seconds"} <= run.figures["network"].keys()
    assert not (tmp_path / "run" / "grammar.bin").exists()
    texts = json.loads((tmp_path / "run" / "dev.json").read_text("utf-8"))
    waves = np.load(tmp_path / "run" / "dev.npz")
    assert texts == ["stop it"]
    assert waves["pcm_0"].dtype == np.int16 and len(waves["pcm_0"]) == 8_000


@pytest.mark.usefixtures("measured")
def test_training_moves_the_network(tmp_path: Path, material: Material) -> None:
    before = tiny.network()
    run = recipe.train(
        material, [], QUICK, tmp_path / "run", begin=tiny.network(), quiet=True, say=quiet
    )
    assert not torch.allclose(run.network.letters.weight, before.letters.weight)
    assert not run.network.training


@pytest.mark.usefixtures("measured")
def test_a_part_of_the_weights_that_it_began_with_is_kept(
    tmp_path: Path, material: Material
) -> None:
    """Trained in the same way, half of the way back to where it began."""
    runs = [
        recipe.train(
            material, [], replace(QUICK, kept=kept), tmp_path / str(kept),
            begin=tiny.network(), quiet=True, say=quiet,
        )
        for kept in (0.0, 0.5)
    ]  # fmt: skip
    before, whole, half = (
        each.state_dict() for each in (tiny.network(), *(run.network for run in runs))
    )
    for key, value in half.items():
        if value.is_floating_point():
            middle = (before[key] + whole[key]) / 2
            assert torch.allclose(value, middle, rtol=1e-3, atol=1e-5), key


@pytest.mark.usefixtures("measured")
def test_frozen_layers_stay(tmp_path: Path, material: Material) -> None:
    before = tiny.network()
    run = recipe.train(
        material, [], replace(QUICK, frozen=3), tmp_path / "run",
        begin=tiny.network(), quiet=True, say=quiet,
    )  # fmt: skip
    now, then = run.network.backbone.convolutions, before.backbone.convolutions
    assert all(torch.equal(now[i].weight, then[i].weight) for i in range(3))
    assert not torch.equal(now[3].weight, then[3].weight)


def test_specialising_keeps_sentences_apart_to_choose_the_epoch_by(
    tmp_path: Path, material: Material
) -> None:
    (tmp_path / "own.txt").write_text("[Go]\ngo on\n[Stop]\nstop\n", "utf-8")
    domain = read_domain(tmp_path / "own.txt")
    run = recipe.specialised(
        material, domain, replace(QUICK, width=320), tmp_path / "run", quiet=True, say=quiet
    )
    assert "own" in run.figures["network"]
    assert run.settings.width == 8  # the network that it went on from
    assert recipe.load(tmp_path / "run").network.shape.width == 8
    texts = json.loads((tmp_path / "run" / "dev.json").read_text("utf-8"))
    assert texts[0] == "stop it" and texts[1] in {"go on", "stop"}
    assert (tmp_path / "run" / "grammar.bin").read_bytes() == domain.grammar.data
    recipe.train(material, [], QUICK, tmp_path / "run", begin=tiny.network(), quiet=True, say=quiet)
    assert not (tmp_path / "run" / "grammar.bin").exists()  # nothing of the run before is left


@pytest.mark.usefixtures("measured")
def test_what_is_practised_chooses_the_epoch_and_leaves_no_grammar(
    tmp_path: Path, material: Material
) -> None:
    run = recipe.train(
        material, ["go on", "stop"], replace(QUICK, synthetic=20), tmp_path / "run",
        begin=tiny.network(), practised=True, quiet=True, say=quiet,
    )  # fmt: skip
    texts = json.loads((tmp_path / "run" / "dev.json").read_text("utf-8"))
    assert set(texts) - {"stop it"} <= {"go on", "stop"}
    assert len(texts) > 1
    assert run.figures["network"]["epochs"] > 0
    assert not (tmp_path / "run" / "grammar.bin").exists()


def test_without_real_speech_made_up_speech_chooses(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("go on\n", "utf-8")
    domain = read_domain(tmp_path / "own.txt")
    material = Material()
    run = recipe.specialised(material, domain, QUICK, tmp_path / "run", quiet=True, say=quiet)
    assert run.figures["network"]["epochs"] > 0
    assert material.dev == []  # what was given is as it was


def test_going_on_from_a_checkpoint(
    tmp_path: Path, material: Material, measured: list[int]
) -> None:
    options = {"begin": tiny.network(), "quiet": True, "say": quiet}
    recipe.train(material, [], QUICK, tmp_path / "run", **options)  # type: ignore[arg-type]
    longer = replace(QUICK, epochs=4)
    run = recipe.train(
        material,
        [],
        longer,
        tmp_path / "run",
        resume=True,
        **options,  # type: ignore[arg-type]
    )
    assert run.figures["network"]["epochs"] == 4
    assert len(measured) == 2 * 4  # in quiet and in noise, no epoch a second time


@pytest.mark.usefixtures("measured")
def test_a_pretrained_recogniser_teaches(tmp_path: Path, material: Material) -> None:
    teacher = open_ctc(str(tiny.write_recogniser(tmp_path / "hub")))
    networks = [
        recipe.train(
            material, [], replace(QUICK, looks=1), tmp_path / name,
            begin=tiny.network(), teacher=given, cache=tmp_path / "cache", quiet=True, say=quiet,
        ).network
        for name, given in [("alone", None), ("taught", teacher)]
    ]  # fmt: skip
    assert not torch.equal(networks[0].letters.weight, networks[1].letters.weight)


@pytest.mark.usefixtures("measured")
def test_the_same_seed_gives_the_same_model(tmp_path: Path, material: Material) -> None:
    one, other, third = (
        recipe.train(
            material,
            ["go on"],
            replace(QUICK, seed=seed),
            tmp_path / str(number),
            begin=tiny.network(),
            quiet=True,
            say=quiet,
        ).network.letters.weight
        for number, seed in enumerate((1, 1, 2))
    )
    assert torch.equal(one, other)
    assert not torch.equal(one, third)


class TestNothingToTrainOn:
    def test_nothing_at_all(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no recordings to train on"):
            recipe.train(
                Material(), [], QUICK, tmp_path, begin=tiny.network(), quiet=True, say=quiet
            )

    def test_one_recording_leaves_none_to_choose_by(self, tmp_path: Path) -> None:
        material = Material(real=tiny.recordings(tmp_path / "real", ["go on"]))
        with pytest.raises(UsageError, match="no recording to choose the epoch by"):
            recipe.train(material, [], QUICK, tmp_path, begin=tiny.network(), quiet=True, say=quiet)

    def test_words_cannot_be_cut_out_before_anything_is_trained(
        self, tmp_path: Path, material: Material
    ) -> None:
        for settings in (replace(QUICK, spliced=0.5), replace(QUICK, assembled=0.5)):
            with pytest.raises(UsageError, match=r"= 0\.5 and no network that hears") as error:
                recipe.train(material, [], settings, tmp_path, say=quiet)
            assert "--begin" in str(error.value)


def test_words_in_other_orders_are_learned_from(tmp_path: Path, material: Material) -> None:
    settings = replace(QUICK, spliced=1.0)
    recipe.train(
        material, [], settings, tmp_path / "run",
        begin=tiny.network(), cache=tmp_path / "c", say=quiet, quiet=True,
    )  # fmt: skip
    [found] = (tmp_path / "c").glob("*.words.json")
    assert len(json.loads(found.read_text())) == QUICK.looks


class TestLoading:
    def test_no_run(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="no finished run of speech"):
            recipe.load(tmp_path)

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"settings": {"student": 1}}'])
    def test_a_run_of_something_else(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "run.json").write_text(text, "utf-8")
        with pytest.raises(UsageError, match="no finished run of speech"):
            recipe.load(tmp_path)

    def test_weights_of_another_network(self, tmp_path: Path) -> None:
        path = tmp_path / "network.safetensors"
        recipe.write_network(tiny.network(), path)
        assert recipe.read_network(path).shape.width == 8
        with pytest.raises(UsageError, match="no acoustic model of this version"):
            recipe.read_network(path, 16)
        path.write_bytes(b"broken")
        with pytest.raises(UsageError, match="no acoustic model of this version"):
            recipe.read_network(path)


class TestSettings:
    def test_defaults_and_changes(self) -> None:
        assert settings_from({}, SPECIALISE) == SPECIALISE
        assert settings_from({"epochs": 3}).epochs == 3

    @pytest.mark.parametrize(
        "data",
        [{"epoch": 3}, {"epochs": 0}, {"seed": -1}, {"looks": 2.5}, {"learning_rate": "high"}],
    )
    def test_what_cannot_be_set(self, data: dict[str, object]) -> None:
        with pytest.raises(UsageError, match=f"settings: {next(iter(data))}"):
            settings_from(data)
