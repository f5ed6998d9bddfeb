"""Which words are common, and how common: what a wildcard and a free transcript take first.

python -m export.recipes.speech.common_words --data FOLDER

Half of a word's probability is how often it is written, half how often assistants are asked with
it. What comes of it is in the repository, and in every bundle that hears.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import export
from edge.errors import UsageError
from edge.voice.search.lexicon import Lexicon, packed, unpacked
from export.corpora.speech.dictionary import frequencies
from export.corpora.speech.normalise import normalise
from export.corpora.speech.texts import assistant_texts, dictionary_words
from export.files import write_atomic

FILE = Path(export.__file__).parent / "pretrained" / "words-en" / "words.bin"
_COUNT = 8000
"""Words. With 5,000 as much is right on dev, but cereal and garlic are not among them."""
_SPELLED_OUT = ("a", "i")
"""Single letters that are words."""


def shipped_words() -> bytes:
    """The list that ships, as a bundle has it.

    Raises:
        UsageError: it is not there.
    """
    try:
        return FILE.read_bytes()
    except OSError as error:
        raise UsageError(
            f"the list of common words cannot be read: {error}", hint="install the package again"
        ) from error


def shipped_lexicon() -> Lexicon:
    """The same, ready to be searched with."""
    return Lexicon(unpacked(shipped_words(), str(FILE)))


def common_words(
    written: Mapping[str, float], asked: Mapping[str, int], known: Sequence[str], count: int
) -> dict[str, float]:
    """Word → negative logarithm of its probability, of the `count` likeliest.

    Args:
        written: word → its probability in written text.
        asked: word → how often it occurs in requests.
        known: words to choose from.
        count: how many.
    """
    total = max(1, sum(asked.values()))
    chances = {word: (written.get(word, 0.0) + asked.get(word, 0) / total) / 2 for word in known}
    likeliest = sorted((word for word in chances if chances[word]), key=lambda w: (-chances[w], w))
    return {word: -math.log(chances[word]) for word in likeliest[:count]}


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and writes the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--out", type=Path, default=FILE, help="where it goes (%(default)s)")
    parser.add_argument("--count", type=int, default=_COUNT, help="words (%(default)s)")
    given = parser.parse_args(arguments)
    try:
        known = [*_SPELLED_OUT, *dictionary_words()]
        asked = Counter(" ".join(map(normalise, assistant_texts(given.data))).split())
        words = common_words(frequencies(), asked, known, given.count)
    except UsageError as error:
        parser.exit(error.exit_code, f"{error}\n")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(given.out, packed(words))
    print(f"{len(words)} words: {given.out}")


if __name__ == "__main__":
    main()
