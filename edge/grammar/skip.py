"""Phrases that may be left out of a sentence: "please", "could you", …"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from edge.text import Tokens


class Skipping:
    """The ways to leave phrases out of a sentence.

    Args:
        phrases: each as its words, longer ones before those they begin with.
    """

    def __init__(self, phrases: Iterable[tuple[str, ...]]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            self._by_first.setdefault(phrase[0], []).append(phrase)
        self._last: tuple[Tokens, list[Tokens]] | None = None
        """The sentence that was asked for last, which is asked for several times, and its ways."""

    def attempts(self, tokens: Tokens) -> list[Tokens]:
        """The sentence without its phrases: first without those at its ends, then without any.

        The ends come first because a phrase inside can belong to what is said: "play I want to
        break free, please". As it was said it comes last, for the same reason.
        """
        last = self._last
        if last is None or last[0] is not tokens:
            self._last = last = (tokens, self._attempts(tokens))
        return last[1]

    def _attempts(self, tokens: Tokens) -> list[Tokens]:
        skippable = self._found(tokens.words)
        if not skippable:
            return [tokens]
        first, last = 0, len(tokens)
        for start, end in skippable:
            if start == first:
                first = end
        for start, end in reversed(skippable):
            if end == last and start >= first:
                last = start
        attempts = []
        if first < last:
            attempts.append(tokens.part(first, last))
            inside = [
                at - first
                for start, end in skippable
                if start >= first and end <= last
                for at in range(start, end)
            ]
            if inside:
                attempts.append(attempts[0].without(inside))
        attempts.append(tokens)
        return attempts

    def _found(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """First token and token after of each phrase, from the left, none within another."""
        found: list[tuple[int, int]] = []
        by_first, after = self._by_first, 0
        for at, word in enumerate(words):
            if word in by_first and at >= after:
                for phrase in by_first[word]:
                    if tuple(words[at : at + len(phrase)]) == phrase:
                        after = at + len(phrase)
                        found.append((at, after))
                        break
        return found
