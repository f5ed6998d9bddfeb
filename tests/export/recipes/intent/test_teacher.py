"""The teacher: an encoder, heads, and the batches it reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from edge.errors import UsageError
from export.recipes.intent.labels import Example, LabelSet, to_example
from export.recipes.intent.teacher import (
    BUNDLED_ENCODER,
    Teacher,
    TeacherCollator,
    TeacherSettings,
    encoder_path,
)
from tests.export import tiny

CORPUS = tiny.utterances(12)
LABELS = LabelSet.of(tiny.utterances())
EXAMPLES = [to_example(item, LABELS) for item in CORPUS]
BARE = LabelSet(("off", "on"), (), ())


@pytest.fixture(scope="module")
def collate(encoder: Path) -> TeacherCollator:
    return TeacherCollator(str(encoder))


@pytest.fixture(scope="module")
def teacher(encoder: Path) -> Teacher:
    torch.manual_seed(0)
    return Teacher(TeacherSettings(str(encoder)), LABELS).eval()


@pytest.fixture(scope="module")
def adapted(encoder: Path) -> Teacher:
    return Teacher(TeacherSettings(str(encoder), lora_rank=4), LABELS)


class TestEncoder:
    def test_the_bundled_one_is_a_folder_on_this_machine(self) -> None:
        assert (Path(encoder_path(BUNDLED_ENCODER)) / "config.json").is_file()

    def test_any_other_name_is_a_name_on_the_hub(self) -> None:
        assert encoder_path("bert-base-uncased") == "bert-base-uncased"

    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"no config\.json") as caught:
            TeacherCollator(str(tmp_path / "nowhere"))
        assert "minilm" in caught.value.allowed

    def test_a_folder_without_a_model(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"no config\.json"):
            TeacherCollator(str(tmp_path))

    def test_a_folder_without_weights(self, tmp_path: Path, encoder: Path) -> None:
        shutil.copytree(encoder, tmp_path / "copy")
        (tmp_path / "copy" / "model.safetensors").unlink()
        with pytest.raises(UsageError, match="cannot be loaded"):
            Teacher(TeacherSettings(str(tmp_path / "copy")), LABELS)

    def test_a_folder_without_a_tokenizer(self, tmp_path: Path, encoder: Path) -> None:
        (tmp_path / "config.json").write_bytes((encoder / "config.json").read_bytes())
        with pytest.raises(UsageError, match="cannot be loaded"):
            TeacherCollator(str(tmp_path))

    def test_a_hub_name_without_a_network(self) -> None:
        with pytest.raises(UsageError, match="no-such/encoder"):
            TeacherCollator("no-such/encoder")


class TestCollator:
    def test_each_word_points_at_its_first_piece(self, collate: TeacherCollator) -> None:
        words = ("turn", "on", "the", "zqx", "lamp")  # "zqx" is z, ##q, ##x
        batch = collate([Example(words, (0,) * 5, 0)])
        assert batch["first_piece"].tolist() == [[1, 2, 3, 4, 7]]
        pieces = collate.tokenizer.convert_ids_to_tokens(batch["input_ids"][0].tolist())
        assert [pieces[i] for i in (1, 2, 3, 4, 7)] == ["turn", "on", "the", "z", "lamp"]

    def test_what_is_short_is_padded(self, collate: TeacherCollator) -> None:
        batch = collate([Example(("on",), (0,), 1), Example(("the", "lamp"), (3, 4), 0)])
        assert batch["mask"].tolist() == [[1, 0], [1, 1]]
        assert batch["tags"].tolist() == [[0, 0], [3, 4]]
        assert batch["intent"].tolist() == [1, 0]
        assert batch["attention_mask"].sum(1).tolist() == [3, 4]
        assert not batch["letters"][0, 1].any()

    def test_letters_never_met_are_one_letter(self, collate: TeacherCollator) -> None:
        letters = collate([Example(("Ab", "aβ"), (0, 0), 0)])["letters"][0]
        assert letters[0, :3].tolist() == [letters[1, 0], letters[0, 1], 0]
        assert letters[1, 1] == 1

    def test_a_sentence_longer_than_the_encoder_reads(self, collate: TeacherCollator) -> None:
        batch = collate([Example(("lamp",) * 300, (0,) * 300, 0)])
        assert batch["input_ids"].shape == (1, 128)
        assert batch["first_piece"].shape == (1, 300)


class TestTeacher:
    def test_what_comes_out(self, teacher: Teacher, collate: TeacherCollator) -> None:
        batch = collate(EXAMPLES)
        rows, words = batch["mask"].shape
        output = teacher(**batch)
        assert output["intent_logits"].shape == (rows, len(LABELS.intents))
        assert output["emissions"].shape == (rows, words, len(LABELS.tags))
        assert output["words"].shape == (rows, words, 32)
        assert output["loss"] > 0

    def test_company_changes_nothing(self, teacher: Teacher, collate: TeacherCollator) -> None:
        """Padding to a longer neighbour leaves a sentence's numbers as they are."""
        together = teacher(**collate(EXAMPLES))
        for row, example in enumerate(EXAMPLES[:4]):
            alone = teacher(**collate([example]))
            words = len(example.words)
            for name in ("emissions", "words"):
                torch.testing.assert_close(
                    together[name][row, :words], alone[name][0], atol=1e-4, rtol=1e-4
                )
            torch.testing.assert_close(
                together["intent_logits"][row], alone["intent_logits"][0], atol=1e-4, rtol=1e-4
            )

    def test_without_labels_there_is_no_loss(
        self, teacher: Teacher, collate: TeacherCollator
    ) -> None:
        batch = collate(EXAMPLES)
        assert "loss" not in teacher(**{k: batch[k] for k in batch if k not in ("intent", "tags")})

    def test_a_corpus_without_slots(self, encoder: Path, collate: TeacherCollator) -> None:
        teacher = Teacher(TeacherSettings(str(encoder)), BARE)
        output = teacher(
            **collate([Example(("on",), (0,), 1), Example(("lamp", "off"), (0, 0), 0)])
        )
        assert output["emissions"].shape == (2, 2, 1)
        output["loss"].backward()

    @pytest.mark.parametrize("trained", [True, False])
    def test_piece_embeddings_are_trained_or_not(self, encoder: Path, trained: bool) -> None:
        teacher = Teacher(TeacherSettings(str(encoder), train_embeddings=trained), LABELS)
        assert teacher.encoder.get_input_embeddings().weight.requires_grad is trained


class TestLora:
    """Low-rank adapters are trained in the place of the encoder's own weights."""

    def test_only_adapters_and_heads_are_trained(self, adapted: Teacher) -> None:
        trained = {name for name, p in adapted.named_parameters() if p.requires_grad}
        inside = {name for name in trained if name.startswith("encoder.")}
        assert inside
        assert all("lora_" in name for name in inside)
        assert {"slot_head.0.weight", "intent_head.0.weight", "crf.transitions"} <= trained

    def test_it_begins_as_the_encoder_itself(
        self, adapted: Teacher, encoder: Path, collate: TeacherCollator
    ) -> None:
        plain = Teacher(TeacherSettings(str(encoder)), LABELS)
        batch = {k: v for k, v in collate(EXAMPLES).items() if k not in ("intent", "tags")}
        torch.testing.assert_close(adapted.eval()(**batch)["words"], plain.eval()(**batch)["words"])

    def test_its_state_is_whole(self, adapted: Teacher, collate: TeacherCollator) -> None:
        """A teacher made without pretrained weights and given the state reads the same."""
        other = Teacher(adapted.settings, LABELS, pretrained=False)
        other.load_state_dict(adapted.state_dict())
        batch = collate(EXAMPLES)
        torch.testing.assert_close(
            other.eval()(**batch)["emissions"], adapted.eval()(**batch)["emissions"]
        )
