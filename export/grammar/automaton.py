"""Small automata over tokens: nondeterministic in, deterministic and minimal out.

Sentence templates have no loops, so the automata here have none either. Subset construction makes
them deterministic and merging equal futures makes them minimal (Revuz, "Minimisation of acyclic
deterministic automata in linear time", 1992).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from edge.errors import UsageError

Label = Hashable


@dataclass
class Network:
    """A nondeterministic automaton. State 0 is where every sentence starts."""

    moves: list[dict[Label, set[int]]] = field(default_factory=lambda: [{}])
    accepts: dict[int, set[int]] = field(default_factory=dict)
    """State → tags of what ends there."""

    def state(self) -> int:
        """A new state."""
        self.moves.append({})
        return len(self.moves) - 1

    def move(self, source: int, label: Label, target: int) -> None:
        """A transition."""
        self.moves[source].setdefault(label, set()).add(target)

    def accept(self, state: int, tag: int) -> None:
        """Let `state` end what has the tag `tag`."""
        self.accepts.setdefault(state, set()).add(tag)


@dataclass(frozen=True)
class Automaton:
    """A deterministic automaton; state 0 is the start."""

    moves: tuple[Mapping[Label, int], ...]
    accepts: tuple[tuple[int, ...], ...]
    """For every state the sorted tags of what ends there; empty where nothing does."""

    @property
    def edges(self) -> int:
        """Number of transitions."""
        return sum(len(edges) for edges in self.moves)


def determinise(network: Network, *, largest: int) -> Automaton:
    """The minimal deterministic automaton of `network`.

    Raises:
        UsageError: it would have more than `largest` states before it is made minimal.
    """
    start = frozenset((0,))
    numbers = {start: 0}
    subsets = [start]
    moves: list[dict[Label, int]] = []
    for subset in subsets:  # grows while it is walked
        merged: dict[Label, set[int]] = {}
        for state in subset:
            for label, targets in network.moves[state].items():
                merged.setdefault(label, set()).update(targets)
        edges: dict[Label, int] = {}
        for label, targets in merged.items():
            key = frozenset(targets)
            number = numbers.get(key)
            if number is None:
                number = numbers[key] = len(subsets)
                if number >= largest:
                    raise UsageError(
                        f"the templates need more than {largest} states",
                        allowed=f"at most {largest} states",
                        hint="use fewer optional parts, or shorter permutations (a;b;c)",
                    )
                subsets.append(key)
            edges[label] = number
        moves.append(edges)
    tags = [
        tuple(sorted({tag for state in subset for tag in network.accepts.get(state, ())}))
        for subset in subsets
    ]
    return _minimal(moves, tags)


def _minimal(moves: list[dict[Label, int]], tags: list[tuple[int, ...]]) -> Automaton:
    """Merges states with the same future, and numbers them as a walk from the start meets them."""
    merged = [-1] * len(moves)
    representatives: dict[tuple[tuple[int, ...], frozenset[tuple[Label, int]]], int] = {}
    for state in _children_first(moves):
        future = frozenset((label, merged[target]) for label, target in moves[state].items())
        merged[state] = representatives.setdefault((tags[state], future), state)
    order: dict[int, int] = {}
    queue = [merged[0]]
    order[queue[0]] = 0
    for state in queue:  # grows while it is walked
        for _, target in sorted(moves[state].items(), key=lambda edge: repr(edge[0])):
            if merged[target] not in order:
                order[merged[target]] = len(queue)
                queue.append(merged[target])
    return Automaton(
        tuple(
            {label: order[merged[target]] for label, target in moves[state].items()}
            for state in queue
        ),
        tuple(tags[state] for state in queue),
    )


def _children_first(moves: list[dict[Label, int]]) -> list[int]:
    """States in an order in which all targets of a state come before it."""
    done: list[int] = []
    seen = [False] * len(moves)
    stack: list[tuple[int, bool]] = [(0, False)]
    while stack:
        state, leaving = stack.pop()
        if leaving:
            done.append(state)
            continue
        if seen[state]:
            continue
        seen[state] = True
        stack.append((state, True))
        stack.extend((target, False) for target in moves[state].values() if not seen[target])
    return done
