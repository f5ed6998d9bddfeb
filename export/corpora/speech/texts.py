"""Sentences for synthesised speech: requests to assistants, a home's own, and words of all kinds.

python -m export.corpora.speech.texts --data FOLDER --count 9000 --out texts.txt
"""

from __future__ import annotations

import argparse
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from random import Random

from edge.errors import UsageError
from export.corpora import read
from export.corpora.speech.dictionary import pronunciations
from export.corpora.speech.normalise import normalise
from export.corpora.templates import read_home
from export.files import write_atomic

HOME = Path(__file__).parents[2] / "samples" / "home"
CORPORA = ("slurp", "clinc150", "snips")

HOME_SHARE, WORDS_SHARE = 1 / 3, 1 / 3
"""Parts of the home's sentences and of random words; the rest are requests to assistants."""

_FEWEST, _MOST = 1, 14
"""Words in a sentence."""
_LENGTHS = (1, 1, 1, 2, 2, 3, 4, 5, 6, 7)
"""Random words a line: orders are often short, and what is read aloud hardly ever."""
_COMMON = 0.5
"""Part of the random words that somebody asks for: rare words are many, and hardly ever said."""
_WORD = re.compile(r"[a-z](?:[a-z']*[a-z])?")


def general_texts(data: Path, count: int, seed: int) -> list[str]:
    """Different normalised sentences in random order; fewer than `count` where data has fewer.

    Requests are the training sentences of the corpora in the folders `CORPORA` of `data`, with
    their unlabelled ones. The home's are drawn from the sample home's templates. Random words,
    one to seven a line, come from the CMU dictionary, every other one from among those that occur
    in requests: they keep a network from learning that only what is often asked for can be said,
    and only in whole sentences.

    Raises:
        UsageError: a corpus is missing, or the dictionary is not installed.
    """
    rng = Random(f"texts {seed}")
    homely = round(count * HOME_SHARE)
    words = round(count * WORDS_SHARE)
    asked = _usable(assistant_texts(data))
    rng.shuffle(asked)
    chosen = [
        *asked[: count - homely - words],
        *_usable(home_texts(HOME, homely * 2, seed))[:homely],
        *random_words(words, seed, Counter(" ".join(asked).split())),
    ]
    result = _usable(chosen)
    rng.shuffle(result)
    return result


def assistant_texts(data: Path) -> list[str]:
    """Sentences of the corpora that may be learned from, as they are written there."""
    result: list[str] = []
    for name in CORPORA:
        corpus = read(Path(data) / name, name)
        result += [item.text for item in corpus.train] + corpus.unlabelled
    return result


def home_texts(home: Path, count: int, seed: int) -> list[str]:
    """Training sentences of a home's templates, drawn at random."""
    return [item.text for item in read_home(home, samples=count, seed=seed).train]


def random_words(count: int, seed: int, asked: Mapping[str, int]) -> list[str]:
    """Lines of words of the CMU dictionary, one alone or two as often as three to seven.

    Args:
        count: lines.
        seed: of what is drawn.
        asked: words, and how often each occurs in requests. Half of the words are drawn from
            these, one as likely as the root of its count.
    """
    rng = Random(f"words {seed}")
    words = dictionary_words()
    known = set(words)
    common = [word for word in asked if word in known]
    until = list(accumulate(math.sqrt(asked[word]) for word in common))

    def word() -> str:
        if common and rng.random() < _COMMON:
            return rng.choices(common, cum_weights=until)[0]
        return rng.choice(words)

    return [" ".join(word() for _ in range(rng.choice(_LENGTHS))) for _ in range(count)]


def dictionary_words() -> list[str]:
    """The words of the CMU dictionary in pocketsphinx's package, no abbreviations.

    Raises:
        UsageError: pocketsphinx is not installed, or comes without the dictionary.
    """
    return [word for word in pronunciations() if _WORD.fullmatch(word) and len(word) > 1]


def _usable(texts: Iterable[str]) -> list[str]:
    """Normalised, of a length that is said in one breath, each once."""
    kept = dict.fromkeys(normalise(text) for text in texts)
    return [text for text in kept if _FEWEST <= len(text.split()) <= _MOST]


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and writes the sentences, one a line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--count", type=int, default=9000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    try:
        found = general_texts(given.data, given.count, given.seed)
    except UsageError as error:
        parser.exit(error.exit_code, f"{error}\n")
    write_atomic(given.out, "".join(f"{text}\n" for text in found))
    print(f"{len(found)} sentences: {given.out}")


if __name__ == "__main__":
    main()
