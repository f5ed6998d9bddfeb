"""The tree of prefixes, against a dictionary of them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.alphabet import LABELS, text_of
from edge.voice.search.graph import SearchGraph
from edge.voice.search.prefix_tree import ROOT, PrefixTree

STATES = SearchGraph.of_anything().states()
WORDS = st.lists(st.lists(st.integers(1, len(LABELS) - 1), min_size=1, max_size=6), max_size=60)


def grown(words):
    """A tree of `words` and of all their beginnings, and each one's node."""
    tree, nodes = PrefixTree(STATES), {(): ROOT}
    for length in range(1, 7):
        new = sorted({tuple(word[:length]) for word in words if len(word) >= length})
        parents = np.array([nodes[prefix[:-1]] for prefix in new], np.intp)
        letters = np.array([prefix[-1] for prefix in new], np.intp)
        state = np.full(len(new), STATES.start, np.int32)
        nodes.update(zip(new, tree.add(parents, letters, state).tolist(), strict=True))
    return tree, nodes


def found(tree, parent, letter):
    return int(tree.find(np.array([parent], np.intp), np.array([letter], np.intp))[0])


def check(tree, nodes):
    for prefix, node in nodes.items():
        assert tree.text(node) == text_of([*prefix])
        for letter in range(1, len(LABELS)):
            assert found(tree, node, letter) == nodes.get((*prefix, letter), -1)


@given(WORDS)
def test_what_was_added_is_found_and_nothing_else(words):
    check(*grown(words))


@given(WORDS, st.randoms())
def test_what_shrinks_keeps_the_way_to_the_active_ones_alone(words, random):
    tree, nodes = grown(words)
    active = random.sample(sorted(nodes), random.randint(1, len(nodes)))

    numbers = tree.shrink(np.array([nodes[prefix] for prefix in active], np.intp), STATES)

    needed = {prefix[:length] for prefix in active for length in range(len(prefix) + 1)}
    kept = {(): ROOT}
    for prefix in sorted(needed - {()}, key=len):
        kept[prefix] = found(tree, kept[prefix[:-1]], prefix[-1])
    assert len(tree) == len(needed)
    assert [kept[prefix] for prefix in active] == numbers.tolist()
    check(tree, kept)
