"""How words are said: as a list says, or read off their letters by a small network.

A name that somebody types has no pronunciation; the network (`export.recipes.pronunciation`) says
how English would have it. Common words that it gets wrong are listed beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import onnxruntime

from edge import limits
from edge.bundle import strict_json
from edge.bundle.keypath import Table
from edge.errors import BundleFormatError, UsageError, shown
from edge.session import make_session
from edge.voice.alphabet import collapsed, spell
from edge.voice.phones import COUNT, PHONES

if TYPE_CHECKING:
    from edge.bundle.bundle import Bundle

    Pronunciation = tuple[int, ...]
    """Labels of `edge.voice.phones`."""

TASK: Final = "pronunciation"
WORDS: Final = 16
"""Words that the network reads at once."""
LONGEST: Final = 26
"""Letters of each; of a longer word the rest is read as another one."""
PER_LETTER: Final = 2
"""Frames of sounds for each letter."""
_PATH_CHARS: Final = 200
_WHERE: Final = f"manifest.json: tasks.{TASK}"


class Pronouncer:
    """Words → sounds. Any number of streams share it.

    Args:
        session: over the graph: `letters` int64 [16, 26] → `phones` int64 [16, 52], the likeliest
            label of each frame.
        listed: words that are said otherwise than the network says.

    Raises:
        BundleFormatError: the graph is another one.
    """

    def __init__(
        self, session: onnxruntime.InferenceSession, listed: Mapping[str, Pronunciation]
    ) -> None:
        has = {
            tensor.name: (tensor.type, tensor.shape)
            for tensor in (*session.get_inputs(), *session.get_outputs())
        }
        expected = {
            "letters": ("tensor(int64)", [WORDS, LONGEST]),
            "phones": ("tensor(int64)", [WORDS, PER_LETTER * LONGEST]),
        }
        if has != expected:
            raise BundleFormatError(
                f"the graph has {shown(has, 200)}", where=_WHERE, allowed=f"{expected}"
            )
        self._session = session
        self._listed = dict(listed)
        self._known: dict[str, Pronunciation] = {}

    @classmethod
    def of(cls, bundle: Bundle) -> Pronouncer | None:
        """That of `bundle`'s chosen variant; None where it has none.

        Raises:
            BundleError: it has one that cannot be used.
        """
        if TASK not in bundle.tasks:
            return None
        task = Table(dict(bundle.tasks[TASK]), f"tasks.{TASK}")
        if task.text("phones", limits.SPEECH_LABEL_CHARS) != PHONES:
            raise task.wrong("phones", "are not those of this runtime", repr(PHONES))
        # What a maker says of the words of his own sentences comes last: it counts.
        paths = [
            Table(dict(bundle.tasks[of]), f"tasks.{of}").table("assets").text(role, _PATH_CHARS)
            for of, role in ((TASK, "listed"), ("speech", "pronunciations"))
            if role in bundle.tasks.get(of, {}).get("assets", {})
        ]
        listed = {
            word: said for path in paths for word, said in _listed(bundle.asset(path), path).items()
        }
        graph = bundle.graph(TASK)
        return cls(make_session(bundle.graph_bytes(TASK), graph.scheme, graph.session), listed)

    def of_texts(self, texts: Iterable[str]) -> list[Pronunciation]:
        """The sounds of each text, one word after the other.

        Args:
            texts: letters and spaces, as sentences of a search are.

        Raises:
            UsageError: a text holds a character that no letter stands for.
        """
        split = [text.split() for text in texts]
        known = self._learned({word for words in split for word in words})
        return [tuple(label for word in words for label in known[word]) for words in split]

    def _learned(self, words: set[str]) -> dict[str, Pronunciation]:
        """All that are known, `words` among them; another thread may begin anew meanwhile."""
        if len(self._known) > limits.SPEECH_PRONUNCIATIONS:
            self._known = {}
        known = self._known
        new = sorted(words - known.keys())
        pieces = [
            (word, word[first : first + LONGEST])
            for word in new
            if word not in self._listed
            for first in range(0, len(word), LONGEST)
        ]
        said: dict[str, Pronunciation] = {}
        for first in range(0, len(pieces), WORDS):
            part = pieces[first : first + WORDS]
            for (word, _), labels in zip(part, self._read([p for _, p in part]), strict=True):
                said[word] = said.get(word, ()) + labels
        for word in new:
            known[word] = self._listed.get(word) or said.get(word, ())
        return known

    def _read(self, pieces: list[str]) -> list[Pronunciation]:
        rows = np.zeros((WORDS, LONGEST), np.int64)
        for row, piece in zip(rows, pieces, strict=False):
            try:
                row[: len(piece)] = spell(piece)
            except ValueError as error:
                raise UsageError(str(error), where=f"the word {piece!r}") from error
        (found,) = self._session.run(None, {"letters": rows})
        return [tuple(collapsed(row.tolist())) for row in found[: len(pieces)]]


def _listed(data: bytes, path: str) -> dict[str, Pronunciation]:
    """The file: JSON, word → labels.

    Raises:
        BundleFormatError: it is something else, or too large.
    """
    found = strict_json.loads(data, path, most_bytes=limits.SPEECH_LISTED_BYTES, most_depth=2)
    if not isinstance(found, dict) or not all(map(_is_pronunciation, found.values())):
        raise BundleFormatError(
            "does not say how words are pronounced",
            where=path,
            allowed=f"an object of lists of whole numbers from 1 to {COUNT - 1}",
        )
    return {word: tuple(labels) for word, labels in found.items()}


def _is_pronunciation(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(label, int) and not isinstance(label, bool) and 0 < label < COUNT
        for label in value
    )
