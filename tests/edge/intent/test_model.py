"""The learned model: a sentence → its frame."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_profiles import SessionSettings
from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError
from edge.intent.encoder import split_words
from edge.intent.model import Calibration, IntentModel, SlotReading
from edge.limits import LABELS, SENTENCE_WORDS
from edge.session import make_session
from edge.text import tokenise
from tests.edge import tiny_bundle
from tests.edge.tiny_bundle import HERE, make_tiny_bundle

SETTINGS = SessionSettings(1, False, False, "extended")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("intent") / "tiny.edge"
    return Bundle.open(make_tiny_bundle(folder, with_grammar=False), HERE)


@pytest.fixture(scope="module")
def model(bundle: Bundle) -> Iterator[IntentModel]:
    yield IntentModel.of(bundle)


Change = Callable[[dict[str, Any]], object]


def made_with(
    bundle: Bundle,
    change: Change,
    vocabulary: bytes | None = None,
    transitions: bytes | None = None,
) -> IntentModel:
    """The model with its task or assets changed."""
    task = json.loads(json.dumps(dict(bundle.tasks["intent"])))
    change(task)
    pieces = bundle.asset("assets/vocabulary.txt") if vocabulary is None else vocabulary
    session = make_session(tiny_bundle.float_graph(), "float", SETTINGS)
    return IntentModel(task, pieces, session, transitions)


class Fake:
    """A session whose outputs are spoiled, or that fails."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.scale = np.float32(1)
        self.fails = False

    def run(self, *arguments: Any) -> list[Any]:
        if self.fails:
            raise RuntimeError("[ONNXRuntimeError] : no kernel\x1b[31m")
        return [output * self.scale for output in self._session.run(*arguments)]


def model_of(bundle: Bundle, session: Any) -> IntentModel:
    task = json.loads(json.dumps(dict(bundle.tasks["intent"])))
    return IntentModel(task, bundle.asset("assets/vocabulary.txt"), session)


class TestAGraphThatGoesWrong:
    """It was checked when it was loaded; it may still do so on a sentence of some length."""

    @pytest.fixture
    def session(self) -> Fake:
        return Fake(make_session(tiny_bundle.float_graph(), "float", SETTINGS))

    @pytest.mark.parametrize("scale", [np.nan, np.inf, -np.inf, -1e30, 1e30])
    def test_what_is_no_probability_is_none(
        self, bundle: Bundle, session: Fake, scale: float
    ) -> None:
        model = model_of(bundle, session)
        session.scale = np.float32(scale)
        frame = model.read("dim the reading lamp to 40")
        assert frame is not None
        probabilities = (
            frame.intent_probability,
            frame.out_of_scope,
            frame.tags_probability,
            frame.score,
        )
        assert all(0 <= probability <= 1 for probability in probabilities)

    def test_a_run_that_fails_is_an_error_of_the_bundle(
        self, bundle: Bundle, session: Fake
    ) -> None:
        model = model_of(bundle, session)
        session.fails = True
        with pytest.raises(BundleFormatError, match="does not run on 2 words") as caught:
            model.read("dim it")
        assert "\x1b" not in str(caught.value)


class TestFrame:
    def test_intent_and_slots_with_their_places(self, model: IntentModel) -> None:
        frame = model.read("dim the reading lamp to 40")
        assert frame is not None
        assert frame.intent == "SetBrightness"
        assert frame.slots == (
            SlotReading("name", "reading lamp", 8, 20),
            SlotReading("brightness", "40", 24, 26),
        )

    def test_probabilities_are_those_of_the_graph(self, model: IntentModel) -> None:
        text = "turn on the porch light"
        frame = model.read(text)
        assert frame is not None
        logs, tags = model.session.run(["intent", "tags"], {"features": model.encode(text)})
        found = dict(zip(tiny_bundle.INTENTS, np.exp(logs), strict=True))
        assert frame.intent_probability == pytest.approx(found["TurnOn"])
        assert frame.out_of_scope == pytest.approx(found["out_of_scope"])
        path = [0, 0, 0, 5, 6]  # O O O B-name I-name
        assert frame.tags_probability == pytest.approx(math.exp(tags[range(5), path].sum()))

    def test_the_score_is_calibrated_on_both(self, model: IntentModel) -> None:
        frame = model.read("turn on the porch light")
        assert frame is not None
        logit = 4 + math.log(frame.intent_probability) + 0.5 * math.log(frame.tags_probability)
        assert frame.score == pytest.approx(1 / (1 + math.exp(-logit)))

    def test_what_is_no_command_still_has_a_likeliest_command(self, model: IntentModel) -> None:
        frame = model.read("tell me a story")
        assert frame is not None
        assert frame.out_of_scope > 0.9
        assert frame.intent in ("SetBrightness", "TurnOff", "TurnOn")

    def test_a_name_never_seen_is_found(self, model: IntentModel) -> None:
        frame = model.read("turn off the zorbatron")
        assert frame is not None
        assert [(slot.label, slot.text) for slot in frame.slots] == [("name", "zorbatron")]

    def test_the_same_sentence_gives_the_same_frame(self, model: IntentModel) -> None:
        first = model.read("turn on the fan")
        model.read("a much longer sentence in between, about the reading lamp")
        assert model.read("turn on the fan") == first

    @given(text=st.text(alphabet="onOff LAMP\t'.é", max_size=40))
    def test_tokens_that_are_there_already_change_nothing(
        self, model: IntentModel, text: str
    ) -> None:
        assert model.read(text, tokenise(text)) == model.read(text)

    @given(text=st.text(max_size=80))
    def test_any_text_gives_a_frame_or_none(self, model: IntentModel, text: str) -> None:
        frame = model.read(text)
        if frame is None:
            assert not 0 < len(split_words(text)) <= SENTENCE_WORDS
            return
        for value in (frame.intent_probability, frame.out_of_scope, frame.tags_probability):
            assert 0 <= value <= 1 + 1e-6
        assert 0 < frame.score < 1
        for slot in frame.slots:
            assert slot.text == text[slot.start : slot.end]


class TestLength:
    @pytest.mark.parametrize("text", ["", "  ", "?!"])
    def test_no_words_have_no_frame(self, model: IntentModel, text: str) -> None:
        assert model.read(text) is None

    def test_the_longest_sentence_has_one(self, model: IntentModel) -> None:
        assert model.read("on " * SENTENCE_WORDS) is not None

    def test_a_longer_one_has_none(self, model: IntentModel) -> None:
        assert model.read("on " * (SENTENCE_WORDS + 1)) is None

    def test_encoding_stops_at_the_longest(self, model: IntentModel) -> None:
        found = model.encode("on " * (SENTENCE_WORDS + 9))
        assert found.shape == (1, SENTENCE_WORDS, tiny_bundle.LAYOUT.width)
        assert found.dtype == np.int32


class TestCalibration:
    @given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 0))
    def test_a_score_is_a_probability_whatever_was_fitted(
        self, bias: float, intent: float, tags: float, log: float
    ) -> None:
        assert 0 <= Calibration(bias, intent, tags, 0.5, 0.0).score(log, log) <= 1

    def test_surer_words_score_higher(self) -> None:
        calibration = Calibration(0.5, 1.0, 1.0, 0.5, 0.0)
        assert calibration.score(-0.1, -0.1) > calibration.score(-0.1, -2.0)
        assert calibration.score(-0.1, -0.1) > calibration.score(-2.0, -0.1)


class TestTransitions:
    """What tags say of their neighbours, learned, in an asset."""

    SHAPE = (8, 7)

    def test_they_are_added_to_what_the_words_say(self, bundle: Bundle) -> None:
        text = "turn on the porch light"
        learned = np.zeros(self.SHAPE, "<f2")
        model = made_with(bundle, lambda task: None, transitions=learned.tobytes())
        frame = model.read(text)
        assert frame is not None
        assert [slot.text for slot in frame.slots] == ["porch light"]
        learned[1 + 5, 6] = -100  # no I-name after B-name
        frame = made_with(bundle, lambda task: None, transitions=learned.tobytes()).read(text)
        assert frame is not None
        assert "porch light" not in [slot.text for slot in frame.slots]

    def test_a_bundle_brings_them(self, tmp_path: Path) -> None:
        assets = {"vocabulary": "assets/vocabulary.txt", "transitions": "assets/vocabulary.txt"}
        path = make_tiny_bundle(tmp_path / "tiny.edge", False, {"assets": assets})
        with pytest.raises(BundleFormatError, match=r"tasks\.intent\.assets\.transitions"):
            IntentModel.of(Bundle.open(path, HERE))

    @pytest.mark.parametrize(
        "data", [b"", bytes(2 * 8 * 7 - 2), bytes(2 * 8 * 7 + 2), b"\x00\x7e" * 56, b"\0\x7c" * 56]
    )
    def test_others_than_finite_numbers_for_every_pair_are_refused(
        self, bundle: Bundle, data: bytes
    ) -> None:
        with pytest.raises(BundleFormatError, match=r"is not usable") as caught:
            made_with(bundle, lambda task: None, transitions=data)
        assert caught.value.where == "manifest.json: tasks.intent.assets.transitions"
        assert caught.value.allowed == "8 × 7 finite numbers of 16 bits"


class TestWithoutOutOfScope:
    def test_nothing_is_taken_for_it(self, bundle: Bundle) -> None:
        model = made_with(bundle, lambda task: task.update(out_of_scope=None))
        frame = model.read("tell me a story")
        assert frame is not None
        assert (frame.intent, frame.out_of_scope) == ("out_of_scope", 0.0)


class TestBadTask:
    """A bundle whose manifest and graph do not belong together is refused when it is loaded."""

    @pytest.mark.parametrize(
        ("change", "key"),
        [
            (lambda task: task.pop("intents"), "intents"),
            (lambda task: task.update(intents="TurnOn"), "intents"),
            (lambda task: task.update(intents=["TurnOn"] * 4), "intents"),
            (lambda task: task.update(intents=[1, 2, 3, 4]), "intents"),
            (lambda task: task.update(intents=["out_of_scope"]), "intents"),
            (lambda task: task.update(intents=[]), "intents"),
            (lambda task: task.update(intents=[str(n) for n in range(LABELS + 1)]), "intents"),
            (lambda task: task["intents"].pop(), "intents"),
            (lambda task: task["slot_labels"].pop(), "slot_labels"),
            (lambda task: task.pop("features"), "features.pieces"),
            (lambda task: task["features"].update(pieces=0), "features.pieces"),
            (lambda task: task["features"].update(pieces=True), "features.pieces"),
            (lambda task: task["features"].update(trigrams=1000), "features.trigrams"),
            (lambda task: task["features"].update(buckets=0.5), "features.buckets"),
            (lambda task: task["calibration"].pop("bias"), "calibration.bias"),
            (lambda task: task["calibration"].update(threshold="0.5"), "calibration.threshold"),
            (lambda task: task.update(calibration=[]), "calibration.bias"),
        ],
    )
    def test_the_key_is_named(self, bundle: Bundle, change: Change, key: str) -> None:
        with pytest.raises(BundleFormatError) as caught:
            made_with(bundle, change)
        assert caught.value.where == f"manifest.json: tasks.intent.{key}"
        assert caught.value.allowed

    def test_outputs_that_are_no_numbers(self, bundle: Bundle) -> None:
        session = Fake(make_session(tiny_bundle.float_graph(), "float", SETTINGS))
        session.scale = np.float32(np.nan)
        with pytest.raises(BundleFormatError, match="what is no number"):
            model_of(bundle, session)

    def test_a_vocabulary_larger_than_the_graphs_table(self, bundle: Bundle) -> None:
        with pytest.raises(BundleFormatError, match="does not run on features of the vocabulary"):
            made_with(bundle, lambda task: task["features"].update(buckets=33))

    def test_features_of_another_width_than_the_graphs(self, bundle: Bundle) -> None:
        with pytest.raises(BundleFormatError, match="does not run"):
            made_with(bundle, lambda task: task["features"].update(trigrams=5))

    def test_a_vocabulary_that_is_no_text(self, bundle: Bundle) -> None:
        with pytest.raises(BundleFormatError, match="UTF-8"):
            made_with(bundle, lambda task: None, b"lamp\n\xff\xfe")

    def test_a_task_without_a_vocabulary(self, tmp_path: Path) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge", False, {"assets": {}})
        with pytest.raises(BundleFormatError, match=r"tasks\.intent\.assets\.vocabulary"):
            IntentModel.of(Bundle.open(path, HERE))
