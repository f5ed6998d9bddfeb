"""What models say about sentences: teachers for lessons, either kind for the dev set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from edge.intent.encoder import WordEncoder
from edge.intent.tags import TagTransitions, best_tags
from export.accelerator import on_accelerator, placed
from export.corpora import Utterance
from export.distill import has_bfloat16
from export.metrics import Prediction, frame_accuracy, intent_accuracy, slot_f1
from export.recipes.intent.labels import Example, LabelSet, slot_spans, unlabelled, word_bounds
from export.recipes.intent.student import Lesson, Student, StudentCollator
from export.recipes.intent.teacher import Teacher, TeacherCollator

FEW = 30
"""Sentences of dev below which its figures say little."""
_BATCH = 128


def by_length(examples: Sequence[Example]) -> Iterator[list[int]]:
    """Indices of the examples in batches of like length."""
    order = sorted(range(len(examples)), key=lambda index: len(examples[index].words))
    for start in range(0, len(order), _BATCH):
        yield order[start : start + _BATCH]


@torch.inference_mode(False)
@torch.no_grad()
def teacher_lessons(
    teachers: Sequence[Teacher], collate: TeacherCollator, examples: Sequence[Example]
) -> list[Lesson]:
    """Every example with the teachers' mean answer, and the first teacher's hidden states.

    The mean of several teachers' probabilities is a better teacher than each of them (Lan et al.
    2018, arXiv 1806.04606).
    """
    lessons: list[Lesson | None] = [None] * len(examples)
    for teacher in teachers:
        teacher.eval()
    with on_accelerator(*teachers) as device:
        for batch in by_length(examples):
            inputs = collate([examples[index] for index in batch])
            mask = inputs["mask"]
            intents, tags, hidden = _mean_answer(teachers, inputs, device)
            for row, index in enumerate(batch):
                length = int(mask[row].sum())
                lessons[index] = Lesson(
                    examples[index],
                    intents[row].numpy(),
                    tags[row, :length].half().numpy(),
                    hidden[row, :length].half().numpy(),
                )
    return [lesson for lesson in lessons if lesson is not None]


def _mean_answer(
    teachers: Sequence[Teacher], inputs: dict[str, Tensor], device: torch.device
) -> tuple[Tensor, Tensor, Tensor]:
    intents, tags, hidden = [], [], []
    for teacher in teachers:
        output, mask = _answer(teacher, inputs, device)
        intents.append(torch.softmax(output["intent_logits"], -1))
        tags.append(
            teacher.crf.marginals(output["emissions"], mask)
            if teacher.has_slots
            else torch.ones_like(output["emissions"])
        )
        hidden.append(output["words"].float())
    return torch.stack(intents).mean(0).cpu(), torch.stack(tags).mean(0).cpu(), hidden[0].cpu()


def _answer(
    teacher: Teacher, inputs: dict[str, Tensor], device: torch.device
) -> tuple[dict[str, Tensor], Tensor]:
    """What a teacher says to sentences, whatever labels they have; and their mask beside it."""
    asked = placed({k: v for k, v in inputs.items() if k not in ("intent", "tags")}, device)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=has_bfloat16()):
        output: dict[str, Tensor] = teacher(**asked)
    return output, asked["mask"]


class TeacherReader:
    """Reads sentences with one teacher or the mean of several."""

    def __init__(
        self, teachers: Sequence[Teacher], collate: TeacherCollator, labels: LabelSet
    ) -> None:
        self._teachers, self._collate, self._labels = teachers, collate, labels
        self._rules = TagTransitions(len(labels.slot_labels))

    @torch.no_grad()
    def __call__(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """One prediction a sentence, in the same order."""
        examples = [unlabelled(utterance.text) for utterance in utterances]
        found: list[Prediction | None] = [None] * len(examples)
        with on_accelerator(*self._teachers) as device:
            for batch in by_length(examples):
                inputs = self._collate([examples[index] for index in batch])
                if len(self._teachers) == 1 and self._teachers[0].has_slots:
                    intents, paths = self._read_with_crf(inputs, device)
                else:
                    intents, marginals, _ = _mean_answer(self._teachers, inputs, device)
                    scores = marginals.clamp(min=1e-9).log().numpy()
                    lengths = inputs["mask"].sum(1).int().tolist()
                    paths = [
                        best_tags(scores[row, :length], self._rules)
                        for row, length in enumerate(lengths)
                    ]
                for row, index in enumerate(batch):
                    found[index] = prediction(
                        utterances[index].text, intents[row].numpy(), paths[row], self._labels
                    )
        return [item for item in found if item is not None]

    def _read_with_crf(
        self, inputs: dict[str, Tensor], device: torch.device
    ) -> tuple[Tensor, list[list[int]]]:
        teacher = self._teachers[0]
        output, mask = _answer(teacher, inputs, device)
        paths = teacher.crf.decode(output["emissions"], mask).tolist()
        lengths = mask.sum(1).int().tolist()
        return (
            torch.softmax(output["intent_logits"], -1).cpu(),
            [path[:length] for path, length in zip(paths, lengths, strict=True)],
        )


class StudentReader:
    """Reads sentences with a student, in torch."""

    def __init__(self, student: Student, encoder: WordEncoder, labels: LabelSet) -> None:
        self._student, self._labels = student, labels
        self._collate = StudentCollator(encoder)

    @torch.no_grad()
    def __call__(self, utterances: Sequence[Utterance]) -> list[Prediction]:
        """One prediction a sentence, in the same order."""
        transitions = TagTransitions(len(self._labels.slot_labels), self._student.transitions())
        examples = [unlabelled(utterance.text) for utterance in utterances]
        found: list[Prediction | None] = [None] * len(examples)
        with on_accelerator(self._student) as device:
            for batch in by_length(examples):
                inputs = placed(self._collate([Lesson(examples[i]) for i in batch]), device)
                output = self._student(inputs["features"], inputs["mask"])
                intents = torch.softmax(output["intent_logits"], -1).cpu().numpy()
                scores = torch.log_softmax(output["tag_logits"], -1).cpu().numpy()
                for row, index in enumerate(batch):
                    path = best_tags(scores[row, : len(examples[index].words)], transitions)
                    found[index] = prediction(
                        utterances[index].text, intents[row], path, self._labels
                    )
        return [item for item in found if item is not None]


def prediction(text: str, intents: np.ndarray, path: Sequence[int], labels: LabelSet) -> Prediction:
    """Probabilities [intents] and a tag path as a prediction about `text`."""
    best = int(intents.argmax())
    spans = slot_spans(path, word_bounds(text), labels)
    return Prediction(labels.intents[best], spans, float(intents[best]))


def doubts(
    train: Sequence[Utterance], dev: Sequence[Utterance], found: Mapping[str, float]
) -> list[str]:
    """Why a student's measures on dev are no good, or say little; empty where they are and do.

    Args:
        found: the student's `measures` of `dev`.
    """
    said = []
    if len(dev) < FEW:
        said.append(
            f"sentences of dev: {len(dev)}; figures, thresholds and the choice of variants rest on "
            f"them, and fewer than {FEW} say little"
        )
    commonest, _ = Counter(item.intent for item in train).most_common(1)[0]
    always = 100 * sum(item.intent == commonest for item in dev) / max(1, len(dev))
    if found["frame"] < always:
        said.append(
            f"the student reads {found['frame']:.2f} % of dev right, and who always said "
            f"{commonest!r} would have the intent of {always:.2f} %"
        )
    return said


def measures(gold: Sequence[Utterance], predictions: Sequence[Prediction]) -> dict[str, float]:
    """Intent accuracy, slot F1 and frame accuracy, in percent."""
    return {
        "intent": 100 * intent_accuracy(gold, predictions).value,
        "slot_f1": 100 * slot_f1(gold, predictions, resamples=0).value,
        "frame": 100 * frame_accuracy(gold, predictions).value,
    }
