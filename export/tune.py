"""Per device profile: try quantisation schemes, keep what passes the gate and fits the budget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import onnx

from device_profiles import Machine, Profile, detect
from edge.errors import EdgeError
from export.recipes import Trained

LARGEST_DROP = 0.5
"""Points of the gate's measure that quantising may cost, by default."""
ERRORS = frozenset({"rmse"})
"""Gates that are the better the lower: of them a percent of what float has is a point."""
_EVERYWHERE = "int8-weights"
"""The scheme that is right on every board, if the fastest on none."""
_MIB = 1024 * 1024


class NothingFits(EdgeError):
    """No scheme passes the accuracy gate within a profile's budget."""


@dataclass(frozen=True)
class Candidate:
    """A graph under one scheme, and what it is worth."""

    scheme: str
    graph: bytes
    accuracy: dict[str, float]
    """Dev-set measures of this graph as the runtime runs it, in percent."""
    drop: float
    """Points of the gate's measure lost against float; negative where it gained."""
    latency: dict[str, Any] = field(default_factory=dict)
    """On this machine; empty where it was not asked for."""


@dataclass(frozen=True)
class Choice:
    """What a profile gets, and why."""

    profile: Profile
    candidate: Candidate
    reasons: tuple[str, ...]


class Tuner:
    """Quantises and measures each scheme once, however many profiles ask for it.

    Args:
        trained: the model.
        graph: its float graph.
        largest_drop: points that quantising may cost.
        shared_bytes: size of the assets that come with every variant.
        time_it: also measure latency on this machine, and choose by it for profiles that this
            machine fits. Timings differ from run to run, and so may the bundle's bytes then.
        one_graph: all boards get the graph that `int8-weights` has, or float where that does not
            pass: what ships small has one of each. Boards may run it under other schemes.
        say: where lines about the progress go.
    """

    def __init__(
        self,
        trained: Trained,
        graph: onnx.ModelProto,
        *,
        largest_drop: float = LARGEST_DROP,
        shared_bytes: int = 0,
        time_it: bool = False,
        one_graph: bool = False,
        say: Callable[[str], None] = print,
    ) -> None:
        self._trained = trained
        self._drop = largest_drop
        self._shared = shared_bytes
        self._time_it = time_it
        self._say = say
        self._float = graph
        self._one_graph = one_graph
        self._graphs: dict[str, bytes | None] = {}
        self._known: dict[tuple[str, str], Candidate] = {}
        self._machine: Machine = detect()

    def choose(self, profile: Profile, beside: int = 0) -> Choice:
        """The best variant for `profile`, which has other graphs of `beside` bytes.

        Raises:
            NothingFits: every scheme of the profile fails the gate or the budget.
        """
        reasons: list[str] = []
        passing: list[Candidate] = []
        untried: list[str] = []
        room = profile.budgets.bundle_mb * _MIB - self._shared - beside
        for scheme in profile.quantization.schemes:
            candidate = self.candidate(scheme, profile)
            if candidate is None:
                if self._graphs[scheme] is not None:
                    untried.append(scheme)
                continue
            size = len(candidate.graph)
            facts = f"{scheme}: {size / 1000:.0f} kB, {self._trained.gate} {candidate.drop:+.2f}"
            if candidate.drop > self._drop:
                reasons.append(f"{facts} points lost; refused, the gate allows {self._drop}")
            elif size > room:
                reasons.append(f"{facts} points lost; refused, {room / 1000:.0f} kB are left")
            else:
                reasons.append(f"{facts} points lost; passes{_timed(candidate)}")
                passing.append(candidate)
        if untried:
            reasons.append(f"{', '.join(untried)}: not tried; all boards share one graph")
        if not passing:
            raise NothingFits(
                f"no variant fits profile {profile.name!r}: {'; '.join(reasons)}",
                hint="allow a larger drop (--max-drop) or a larger bundle (the profile's budget)",
            )
        chosen, why = self._best(profile, passing, shared=bool(untried))
        return Choice(profile, chosen, (why, *reasons))

    def candidate(self, scheme: str, profile: Profile) -> Candidate | None:
        """The graph under `scheme`, measured; None where there is none to be taken."""
        key = (scheme, profile.session.optimization)
        if key not in self._known:
            graph = self._graph(scheme)
            if graph is None:
                return None
            accuracy = self._trained.measure(graph, scheme, profile.session)
            gate = self._trained.gate
            float_key = ("float", profile.session.optimization)
            if scheme == "float":
                drop = 0.0
            else:
                if float_key not in self._known:
                    self.candidate("float", profile)
                drop = _lost(gate, self._known[float_key].accuracy[gate], accuracy[gate])
            latency = self._trained.latency(graph, scheme, profile.session) if self._time_it else {}
            self._known[key] = Candidate(scheme, graph, accuracy, round(drop, 4), latency)
            self._say(f"{scheme}: {len(graph) / 1000:.0f} kB, {gate} {accuracy[gate]:.2f}")
        return self._known[key]

    def _graph(self, scheme: str) -> bytes | None:
        """Quantised once, whether it is taken or not."""
        if scheme not in self._graphs:
            model = self._trained.quantized(self._float, scheme)
            self._graphs[scheme] = model.SerializeToString() if model is not None else None
        graph = self._graphs[scheme]
        if self._one_graph and scheme not in ("float", _EVERYWHERE):
            return graph if graph == self._graph(_EVERYWHERE) else None
        return graph

    def drops(self, candidate: Candidate) -> dict[str, float]:
        """Points lost against float, a measure: `frame` → `frame_drop`."""
        floats = next(c for (scheme, _), c in self._known.items() if scheme == "float")
        return {
            f"{name}_drop": round(floats.accuracy[name] - value, 3)
            for name, value in candidate.accuracy.items()
        }

    def _best(
        self, profile: Profile, passing: Sequence[Candidate], *, shared: bool
    ) -> tuple[Candidate, str]:
        if self._time_it and self._machine.fits(profile):
            chosen = min(passing, key=lambda candidate: candidate.latency["p50_us"])
            return chosen, f"{chosen.scheme} is the fastest of those that pass, measured here"
        chosen = passing[0]
        among = ", of the schemes with the graph that all boards share," if shared else ""
        return chosen, (
            f"{chosen.scheme} is the first that passes{among} in the profile's order of "
            "preference; it was not timed on this board"
        )


def _lost(gate: str, before: float, now: float) -> float:
    """Points of a gate's measure."""
    return 100 * (now - before) / max(before, 1e-9) if gate in ERRORS else before - now


def _timed(candidate: Candidate) -> str:
    return f", {candidate.latency['p50_us']:.0f} µs here" if candidate.latency else ""
