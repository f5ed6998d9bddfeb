"""Labels, and sentences as words with one tag each."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance
from export.recipes.intent.labels import (
    LabelSet,
    slot_spans,
    to_example,
    whole_words,
    word_bounds,
)

LABELS = LabelSet(("dim", "on", OUT_OF_SCOPE), ("level", "name"), ("dim",))


def said(text: str, intent: str | None = "on", **slots: str) -> Utterance:
    """An utterance whose slots are given by their words."""
    spans = [
        SlotSpan(label, text.index(value), text.index(value) + len(value))
        for label, value in slots.items()
    ]
    return Utterance(text, intent, tuple(sorted(spans, key=lambda span: span.start)))


class TestLabelSet:
    def test_intents_and_slots_are_sorted_and_out_of_scope_is_last(self) -> None:
        labels = LabelSet.of(
            [
                said("zap it", "zap"),
                said("how are you", OUT_OF_SCOPE),
                said("lamp on", "on", name="lamp"),
                said("fan to 3", "dim", name="fan", level="3"),
            ]
        )
        assert labels.intents == ("dim", "on", "zap", OUT_OF_SCOPE)
        assert labels.slot_labels == ("level", "name")

    def test_unlabelled_sentences_have_no_say(self) -> None:
        assert LabelSet.of([said("lamp on", None), said("off")]).intents == ("on",)

    def test_an_intent_that_is_hardly_ever_bare_needs_slots(self) -> None:
        often = [said("lamp on", "on", name="lamp")] * 400
        assert LabelSet.of(often).needs_slots == ("on",)
        assert LabelSet.of([*often, said("on")]).needs_slots == ("on",)
        assert LabelSet.of([*often, *[said("on")] * 200]).needs_slots == ()

    def test_out_of_scope_needs_nothing(self) -> None:
        assert LabelSet.of([said("hello", OUT_OF_SCOPE)]).needs_slots == ()

    def test_tags_are_o_then_b_and_i_of_every_slot(self) -> None:
        assert LABELS.tags == ["O", "B-level", "I-level", "B-name", "I-name"]
        assert LABELS.tags[LABELS.begin("name")] == "B-name"
        assert LABELS.tags[LABELS.begin("name") + 1] == "I-name"

    def test_what_is_written_is_read_back(self) -> None:
        assert LabelSet.from_dict(LABELS.to_dict()) == LABELS


class TestWholeWords:
    def test_a_slot_within_a_word_becomes_the_word(self) -> None:
        item = whole_words(said("set it to 80percent now", level="80"))
        assert item.slots == (SlotSpan("level", 10, 19),)

    def test_punctuation_at_its_edge_is_left_out(self) -> None:
        item = whole_words(said("dim the lamp, please", name="lamp,"))
        assert item.slots == (SlotSpan("name", 8, 12),)

    def test_of_two_slots_in_one_word_the_first_keeps_it(self) -> None:
        item = whole_words(said("dim lamp/3", name="lamp", level="3"))
        assert item.slots == (SlotSpan("name", 4, 10),)

    def test_a_slot_of_punctuation_only_is_dropped(self) -> None:
        assert whole_words(said("dim it !", level="!")).slots == ()

    def test_whole_words_stay_as_they_are(self) -> None:
        item = said("turn the reading lamp on", name="reading lamp")
        assert whole_words(item) == item


class TestExample:
    def test_one_tag_a_word(self) -> None:
        example = to_example(said("set the reading lamp to 3", name="reading lamp"), LABELS)
        assert example.words == ("set", "the", "reading", "lamp", "to", "3")
        assert [LABELS.tags[tag] for tag in example.tags] == "O O B-name I-name O O".split()
        assert LABELS.intents[example.intent] == "on"
        assert example.labelled
        assert example.text == "set the reading lamp to 3"

    def test_neighbouring_slots_of_one_label_stay_two(self) -> None:
        item = Utterance("lamp fan", "on", (SlotSpan("name", 0, 4), SlotSpan("name", 5, 8)))
        example = to_example(item, LABELS)
        assert [LABELS.tags[tag] for tag in example.tags] == ["B-name", "B-name"]
        assert slot_spans(example.tags, word_bounds(item.text), LABELS) == item.slots

    def test_labels_never_trained_on_become_the_first_intent_and_no_slot(self) -> None:
        example = to_example(said("play abba", "play", artist="abba"), LABELS)
        assert (example.intent, example.tags) == (0, (0, 0))

    def test_an_unlabelled_sentence_says_so(self) -> None:
        assert not to_example(said("lamp on", None), LABELS).labelled

    @given(st.lists(st.tuples(st.text("abc", min_size=1), st.integers(0, 2)), min_size=1))
    def test_spans_come_back_from_their_tags(self, words: list[tuple[str, int]]) -> None:
        """Any sequence of words, each outside (0), in a level (1) or in a name (2)."""
        text, spans = "", list[SlotSpan]()
        for word, slot in words:
            start = len(text) + bool(text)
            text = f"{text} {word}" if text else word
            if slot:
                spans.append(SlotSpan(LABELS.slot_labels[slot - 1], start, len(text)))
        example = to_example(Utterance(text, "on", tuple(spans)), LABELS)
        assert slot_spans(example.tags, word_bounds(text), LABELS) == tuple(spans)
