"""Text into tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.text import tokenise, without_articles, words_of


def test_words_are_lower_case_and_punctuation_is_dropped() -> None:
    assert words_of("Turn ON the 'kitchen' light, please!") == (
        "turn",
        "on",
        "the",
        "kitchen",
        "light",
        "please",
    )


def test_a_possessive_and_a_short_is_are_tokens_of_their_own() -> None:
    assert words_of("Noor's lamp") == ("noor", "'s", "lamp")
    assert words_of("what’s up") == ("what", "'s", "up")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("allume l'applique", ("allume", "l", "applique")),
        ("L\u2019Entrée", ("l", "entrée")),
        ("la luce dell'ufficio", ("la", "luce", "dell", "ufficio")),
        ("qu'il y a-t-il d'ouvert", ("qu", "il", "y", "a", "t", "il", "d", "ouvert")),
        ("aujourd'hui", ("aujourd'hui",)),
        ("all' seguente", ("all", "seguente")),
        ("y'all couldn't", ("y'all", "couldn't")),
    ],
)
def test_a_word_that_lost_its_vowel_is_one_and_what_follows_another(
    text: str, words: tuple[str, ...]
) -> None:
    assert words_of(text) == words


def test_other_apostrophes_stay_inside_their_word() -> None:
    assert words_of("don't wake me at six o'clock") == (
        "don't",
        "wake",
        "me",
        "at",
        "six",
        "o'clock",
    )


def test_percent_and_degree_signs_are_tokens() -> None:
    assert words_of("50% 21.5°") == ("50", "%", "21.5", "°")


def test_a_comma_inside_a_number_belongs_to_it() -> None:
    assert words_of("21,5° 1,000 5, 10") == ("21,5", "°", "1,000", "5", "10")


def test_a_hyphen_parts_words_and_a_sign_belongs_to_its_number() -> None:
    assert words_of("a 5-hour timer") == ("a", "5", "hour", "timer")
    assert words_of("set it to -5") == ("set", "it", "to", "-5")
    assert words_of("5-10") == ("5", "10")


def test_letters_right_behind_a_number_are_a_word_of_their_own() -> None:
    assert words_of("20degrees mp3") == ("20", "degrees", "mp3")


def test_compatibility_characters_compare_equal_to_plain_ones() -> None:
    assert words_of("ＫＩＴＣＨＥＮ ２１ ﬁne") == ("kitchen", "21", "fine")


def test_a_letter_with_a_combining_mark_is_one_word() -> None:
    assert words_of("cafe\u0301 light") == words_of("café light")


def test_emoji_alone_are_no_tokens() -> None:
    assert len(tokenise("🔥🔥 👍")) == 0


def test_offsets_point_at_what_was_written() -> None:
    tokens = tokenise("Türn  on the ﬁre-place")
    written = [tokens.text[s:e] for s, e in zip(tokens.starts, tokens.ends, strict=True)]
    assert written == ["Türn", "on", "the", "ﬁre", "place"]
    assert tokens.written(1, 3) == "on the"


def test_a_part_keeps_the_offsets_of_the_whole() -> None:
    part = tokenise("please open the door").part(1, 4)
    assert part.words == ["open", "the", "door"]
    assert part.written(0, 3) == "open the door"


def test_articles_are_taken_off_but_never_the_last_word() -> None:
    assert without_articles(["the", "lamp"]) == ["lamp"]
    assert without_articles(["the"]) == ["the"]


@given(st.text(max_size=200))
def test_any_text_can_be_cut_and_every_token_is_where_it_says(text: str) -> None:
    tokens = tokenise(text)
    previous = 0
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert previous <= start < end <= len(text)
        assert word
        previous = end


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=80))
def test_cutting_what_was_cut_changes_nothing(text: str) -> None:
    words = words_of(text)
    assert words_of(" ".join(words)) == words


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=80))
def test_case_does_not_matter(text: str) -> None:
    assert words_of(text.upper()) == words_of(text)


@given(st.text(alphabet="aBsS'’ 0,.-%_\t", max_size=20))
def test_plain_text_is_cut_like_any_other(text: str) -> None:
    # A letter that is not ASCII takes the text the long way.
    alone, among = tokenise(text), tokenise(f"{text} é")
    assert among.words == [*alone.words, "é"]
    assert among.starts[:-1] == alone.starts
    assert among.ends[:-1] == alone.ends
