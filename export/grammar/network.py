"""One sentence template as a network of tokens.

Templates are written in letters: "light[s]", "( |-)hour", "{temperature}[ ]°". They are laid out as
a network of characters first; then every way from one gap between words to the next is spelled out
and cut by the runtime's own tokeniser, so a template and a sentence can never be cut differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hassil.expression import (
    Alternative,
    Expression,
    Group,
    ListReference,
    Permutation,
    RuleReference,
    TextChunk,
)

from edge.text import words_of
from export.grammar.automaton import Network

RULE_DEPTH = 24
"""Expansion rules inside expansion rules."""
TEMPLATE_STATES = 20_000
"""Characters of one template, all rules expanded."""
GAP_WORDS = 4_000
"""Different words that can stand between two gaps."""
PERMUTED = 6
"""Items of one permutation (a;b;c): its size doubles with each."""


class TemplateError(Exception):
    """A template that cannot be compiled, and why."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A place where a value of a list is said."""

    list: str
    slot: str
    """Label the value is handed out under; empty: it is matched and forgotten."""


class Said(NamedTuple):
    """What became of a template."""

    references: frozenset[Reference]
    """The lists it refers to."""
    left_out: tuple[str, ...]
    """Why some ways to say it are left out; empty where none is."""


Gap = frozenset[int]
"""A place between two words: the states of the network of characters that it can be in."""
Step = tuple[str, ...] | Reference
"""What is said between two gaps."""


@dataclass
class _Letters:
    """The network of characters. An edge's label is a character, a Reference, or None for free."""

    edges: list[list[tuple[str | Reference | None, int]]] = field(default_factory=list)

    def state(self) -> int:
        if len(self.edges) >= TEMPLATE_STATES:
            raise TemplateError(f"it is longer than {TEMPLATE_STATES} characters when expanded")
        self.edges.append([])
        return len(self.edges) - 1

    def edge(self, source: int, label: str | Reference | None, target: int) -> None:
        self.edges[source].append((label, target))


class TemplateCompiler:
    """Adds templates to a `Network`, tag by tag."""

    def __init__(
        self,
        network: Network,
        resolve_list: Callable[[str], str],
        is_number: Callable[[str], bool],
    ) -> None:
        """`resolve_list` gives the key of a list by the name that a template uses.

        It raises TemplateError where there is no such list. `is_number` says whether the list with
        a key holds numbers: "20degrees" is two tokens, "lamps" is one.
        """
        self.network = network
        self._resolve_list = resolve_list
        self._is_number = is_number

    def add(self, expression: Expression, rules: Mapping[str, Expression], tag: int) -> Said:
        """Let the sentences of `expression` end with `tag`.

        Those in which letters touch a list's value are left out ("des {area}s"): words are compared
        whole, and who knows how a name is bent?

        Raises:
            TemplateError: an unknown list or rule, a rule that contains itself, nothing but
                sentences in which letters touch a value, or a template that is too large. Nothing
                has been added then.
        """
        letters = _Letters()
        start = letters.state()
        end = self._lay_out(letters, expression, start, rules, ())
        walk = _Words(letters, end, self._is_number)
        plan = walk.whole(list(walk.steps(start)))
        if not plan and walk.touched:
            raise TemplateError(walk.touched[0])
        if walk.first in walk.endings or not plan:
            raise TemplateError("it can be said without a word")
        states = {walk.first: 0}
        for source, label, target in plan:
            for gap in (source, target):
                if gap not in states:
                    states[gap] = self.network.state()
            self._connect(states[source], label, states[target])
        for gap in walk.endings:
            self.network.accept(states[gap], tag)
        said = frozenset(said for _, said, _ in plan if isinstance(said, Reference))
        return Said(said, tuple(walk.touched))

    def _connect(self, source: int, label: Step, target: int) -> None:
        if isinstance(label, Reference):
            self.network.move(source, label, target)
            return
        for word in label[:-1]:
            between = self.network.state()
            self.network.move(source, word, between)
            source = between
        self.network.move(source, label[-1], target)

    def _lay_out(
        self,
        letters: _Letters,
        expression: Expression,
        start: int,
        rules: Mapping[str, Expression],
        inside: tuple[str, ...],
    ) -> int:
        """Adds `expression` behind the state `start`; returns the state it ends in."""
        if isinstance(expression, TextChunk):
            for character in expression.text:
                target = letters.state()
                letters.edge(start, " " if character.isspace() else character, target)
                start = target
            return start
        if isinstance(expression, ListReference):
            target = letters.state()
            slot = "" if expression.is_capture else expression.slot_name
            name = expression.list_name
            letters.edge(start, Reference(self._resolve_list(name), slot), target)
            return target
        if isinstance(expression, RuleReference):
            name = expression.rule_name
            if name in inside or len(inside) >= RULE_DEPTH:
                raise TemplateError(f"the rule <{name}> contains itself")
            if name not in rules:
                raise TemplateError(f"there is no rule <{name}>")
            return self._lay_out(letters, rules[name], start, rules, (*inside, name))
        if isinstance(expression, Permutation):
            return self._lay_out_permutation(letters, expression, start, rules, inside)
        if isinstance(expression, Alternative):
            join = letters.state()
            for item in expression.items:
                branch = letters.state()
                letters.edge(start, None, branch)
                end = self._lay_out(letters, item, branch, rules, inside)
                letters.edge(end, None, join)
            return join
        if isinstance(expression, Group):
            for item in expression.items:
                start = self._lay_out(letters, item, start, rules, inside)
            return start
        raise TemplateError(f"it has a part of an unknown kind: {type(expression).__name__}")

    def _lay_out_permutation(
        self,
        letters: _Letters,
        permutation: Permutation,
        start: int,
        rules: Mapping[str, Expression],
        inside: tuple[str, ...],
    ) -> int:
        """All orders of the items, by the set of items said already: 2^n states, not n!."""
        count = len(permutation.items)
        if count > PERMUTED:
            raise TemplateError(f"a permutation has {count} items; at most {PERMUTED} are allowed")
        said = {0: start} | {items: letters.state() for items in range(1, 1 << count)}
        for items, state in said.items():
            for number, item in enumerate(permutation.items):
                if not items & 1 << number:
                    branch = letters.state()
                    letters.edge(state, None, branch)
                    end = self._lay_out(letters, item, branch, rules, inside)
                    letters.edge(end, None, said[items | 1 << number])
        return said[(1 << count) - 1]


class _Words:
    """Walks a network of characters from gap to gap.

    Args:
        end: the state that ends a sentence.
        may_touch: whether letters may be right behind a value of a list, by its key.
    """

    def __init__(self, letters: _Letters, end: int, may_touch: Callable[[str], bool]) -> None:
        self._edges = letters.edges
        self._end = end
        self._may_touch = may_touch
        self.first: Gap = frozenset()
        self.endings: set[Gap] = set()
        self._before: set[str] = set()
        self._behind: set[str] = set()

    @property
    def touched(self) -> list[str]:
        """Why ways are left out: lists that letters touch."""
        return [
            f"a letter touches the list {{{name}}} on its {side}"
            for side, names in (("left", self._before), ("right", self._behind))
            for name in sorted(names)
        ]

    def whole(self, steps: Sequence[tuple[Gap, Step, Gap]]) -> list[tuple[Gap, Step, Gap]]:
        """Those steps from which a sentence can come to its end."""
        before: dict[Gap, set[Gap]] = {}
        for gap, _, after in steps:
            before.setdefault(after, set()).add(gap)
        alive = set(self.endings)
        queue = list(alive)
        while queue:
            for gap in before.get(queue.pop(), set()) - alive:
                alive.add(gap)
                queue.append(gap)
        return [step for step in steps if step[2] in alive]

    def steps(self, start: int) -> Iterator[tuple[Gap, Step, Gap]]:
        """All steps: the gap before, the tokens or the list said, the gap after."""
        self.first = self._gap({start})
        queue = [self.first]
        seen = {self.first}
        for gap in queue:  # grows while it is walked
            steps = self._from(gap)
            if self._end in gap or any(not said and self._end in after for said, after in steps):
                self.endings.add(gap)
            for said, after in steps:
                if said:
                    yield gap, said, after
                    if after not in seen:
                        seen.add(after)
                        queue.append(after)

    def _from(self, gap: Gap) -> list[tuple[Step, Gap]]:
        """Steps out of `gap`. Those that say nothing (lone punctuation) are followed through."""
        steps: list[tuple[Step, Gap]] = []
        references: dict[Reference, set[int]] = {}
        for state in gap:
            for label, target in self._edges[state]:
                if isinstance(label, Reference):
                    references.setdefault(label, set()).add(target)
        for reference in sorted(references, key=lambda item: (item.list, item.slot)):
            behind = self._free(references[reference])
            if not self._may_touch(reference.list):
                apart = frozenset(state for state in behind if not self._is_letter(state))
                if apart != behind:
                    self._behind.add(reference.list)
                behind = apart
            steps.append((reference, self._gap(set(behind))))
        merged: dict[tuple[str, ...], set[int]] = {}
        for spelt, after in self._spell(gap):
            merged.setdefault(words_of(spelt), set()).update(after)
            if len(merged) > GAP_WORDS:
                raise TemplateError(f"more than {GAP_WORDS} words can stand in one place")
        for words in sorted(merged):
            after = frozenset(merged[words])
            steps.append((words, after))
            if not words:
                steps.extend(self._from(after))
        return steps

    def _spell(self, gap: Gap) -> Iterator[tuple[str, Gap]]:
        """Every run of letters that begins at `gap`, with the gap it leads to."""
        stack: list[tuple[str, Gap]] = [("", gap)]
        while stack:
            spelt, states = stack.pop()
            following: dict[str, set[int]] = {}
            stops: set[int] = set()
            for state in states:
                if state == self._end:
                    stops.add(state)
                for label, target in self._edges[state]:
                    if label == " ":
                        stops.add(target)
                    elif isinstance(label, str):
                        following.setdefault(label, set()).add(target)
                    elif label is not None:
                        if spelt and spelt[-1].isalnum():
                            self._before.add(label.list)
                        else:
                            stops.add(state)
            if spelt and stops:
                yield spelt, self._gap(stops)
            for letter in sorted(following, reverse=True):
                stack.append((spelt + letter, self._free(following[letter])))

    def _is_letter(self, state: int) -> bool:
        """Whether a letter comes next; from such a state there is but one way on."""
        return any(isinstance(label, str) and label.isalnum() for label, _ in self._edges[state])

    def _gap(self, states: set[int]) -> Gap:
        """`states` and everything reached from them by free moves and spaces."""
        return self._closure(states, (None, " "))

    def _free(self, states: set[int]) -> Gap:
        return self._closure(states, (None,))

    def _closure(self, states: set[int], through: tuple[str | None, ...]) -> Gap:
        found = set(states)
        queue = list(states)
        while queue:
            for label, target in self._edges[queue.pop()]:
                if label in through and target not in found:
                    found.add(target)
                    queue.append(target)
        return frozenset(found)


def phrases(
    expression: Expression, rules: Mapping[str, Expression], largest: int
) -> list[tuple[str, ...]]:
    """Every way to say an expression without lists, as tokens; sorted.

    Raises:
        TemplateError: it holds a list, can be said without a word, or in more than `largest` ways.
    """
    network = Network()
    TemplateCompiler(network, _no_list, _never).add(expression, rules, 0)
    found: set[tuple[str, ...]] = set()
    stack: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    while stack:
        state, said = stack.pop()
        if state in network.accepts:
            found.add(said)
            if len(found) > largest:
                raise TemplateError(f"it can be said in more than {largest} ways")
        for label, targets in network.moves[state].items():
            stack.extend((target, (*said, str(label))) for target in targets)
    return sorted(found)


def _no_list(name: str) -> str:
    raise TemplateError(f"the list {{{name}}} cannot be inside the value of a list")


def _never(name: str) -> bool:
    return False
