"""Memory that was freed, given back to the system."""

from __future__ import annotations

import ctypes
import sys

import numpy as np
import pytest

from edge.voice.search import freed
from edge.voice.search import graph as search_graph
from edge.voice.search.freed import give_back
from edge.voice.search.graph import SearchGraph


def resident() -> int:
    """Pages."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="not glibc")
def test_holes_between_blocks_in_use_are_given_back() -> None:
    blocks = [np.ones(100_000, np.uint8) for _ in range(300)]  # below what is mapped by itself
    kept = blocks[::2]
    before = resident()
    del blocks
    give_back()
    assert before - resident() > 300 // 2 * 100_000 // 4096 // 2
    assert len(kept) == 150


def test_a_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Bare:
        pass

    freed._malloc_trim.cache_clear()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: Bare())
    give_back()
    freed._malloc_trim.cache_clear()


def test_a_graph_does_so_when_it_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[None] = []
    monkeypatch.setattr(search_graph, "give_back", lambda: given.append(None))
    graph = SearchGraph.of_sentences(["turn it on"])
    states = graph.states()
    assert not given
    monkeypatch.setattr(type(states), "full", property(lambda self: True))
    assert graph.states() is not states
    assert len(given) == 1
