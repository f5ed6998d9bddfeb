"""What a bundle costs on this machine: time, start, memory, size, and what quantising cost.

Everything is measured on the runtime as it is used: what a caller waits for. Beside it stands the
bare `session.run` of the same graph on the same inputs, so that what the runtime adds is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from device_profiles.library import find
from edge.bench import homes, machine, process
from edge.bench.budget import accuracy, budgets, warnings
from edge.bench.habits import courses, habits
from edge.bench.sentences import golden, read_sentences
from edge.bench.speech import Sound, listening, sound
from edge.bench.timing import Pace, by_kind, difference, interleaved, summary
from edge.bundle import paths
from edge.bundle.bundle import Bundle
from edge.bundle.manifest import Graph
from edge.bundle.store import open_store
from edge.errors import UsageError
from edge.events import Command, Rejected
from edge.home.home import Home
from edge.intent.encoder import split_words
from edge.intent.model import TASK
from edge.limits import SENTENCE_WORDS
from edge.loading import SPEECH
from edge.preference.model.model import TASK as PREFERENCE
from edge.runtime import Runtime
from edge.voice.pcm import SAMPLE_RATE

SCHEMA = 1
"""Version of the document that `run` gives."""
_MOST_CALLS = 20_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How long each part goes on; on a slow board the least it needs is longer."""

    answers: float
    """Seconds of text to answer."""
    overhead: float
    """Seconds of text to frame and the bare `session.run`."""
    processes: float
    """Seconds of fresh processes."""
    least_processes: int
    homes: float
    """Seconds of each size of home and kind of sentence."""
    speech: float = 4.0
    """Seconds of speech to listen to, and of silence: of computing, not of audio."""


FULL = Effort(answers=4.0, overhead=4.0, processes=7.0, least_processes=3, homes=1.0, speech=4.0)
"""About 20 seconds."""
QUICK = Effort(answers=0.8, overhead=0.8, processes=1.0, least_processes=1, homes=0.25, speech=0.8)
"""About 5 seconds."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to measure."""

    bundle: str
    sentences: str = ""
    """A file, one sentence a line; the bundle's golden sentences when empty."""
    home: str = ""
    """A home's file; the bundle's own home when empty."""
    profile: str | None = None
    recordings: tuple[str, ...] = ()
    """Files of speech; a made-up voice when empty."""
    homes: tuple[int, ...] = ()
    """Devices to add to the home, for the grammar."""
    kind: str = ""
    """One of `edge.bench.machine.KINDS`; found out when empty."""
    effort: Effort = FULL
    command: str = ""
    """How this was called, for the result."""


def run(request: Request, say: Callable[[str], None] = lambda line: None) -> dict[str, Any]:
    """Measure a bundle; the document is plain data for JSON.

    Args:
        say: called with a line about what is measured next.

    Raises:
        BundleError: the bundle will not load.
        UsageError: there are no sentences to time, or the home cannot be what is asked for.
        HomeError: the home is refused.
    """
    described = machine.describe()  # first of all: its load is that before the benchmark
    kind = request.kind or machine.kind()
    bundle = Bundle.open(request.bundle, request.profile)
    reads, foresees, hears = (name in bundle.tasks for name in (TASK, PREFERENCE, SPEECH))
    if request.recordings and not hears:
        raise UsageError(f"the bundle {bundle.name} does not hear", hint="leave --wav out")
    graph = bundle.graph(TASK if reads else PREFERENCE if foresees else SPEECH)
    texts = _texts(request, bundle) if reads else []
    latency: dict[str, Any] = {}
    grown = []
    with Runtime(bundle, Home.load(request.home) if request.home else None) as runtime:
        if reads:
            say(f"text to answer, {len(texts)} sentences in turn")
            latency |= _answers(runtime, texts, request.effort)
            say("text to frame, in turn with the bare session.run")
            latency |= _overhead(runtime, texts, request.effort)
        for count in request.homes:
            say(f"a home of {count} more devices")
            grown.append(_home(runtime, texts, count, request.effort))
        if foresees:
            say("events to suggestions, and learning from them")
            latency |= habits(runtime, courses(bundle), request.effort.answers)
        heard, spoken = None, None
        if hears:
            say("speech, and silence")
            heard = sound(request.recordings)
            more, spoken = listening(runtime, heard, request.effort.speech)
            latency |= more
    say("fresh processes that import, load and answer")
    processes = _processes(request, bundle, texts, heard)
    profile = find(bundle.variant.profile)
    document = {
        "type": "bench",
        "schema": SCHEMA,
        "kind": kind,
        "machine": described,
        "threads": graph.session.threads,
        "versions": machine.versions(),
        "commit": machine.commit(),
        "command": request.command,
        "bundle": _described(bundle, graph),
        "sentences": {
            "from": Path(request.sentences).name if request.sentences else "golden",
            "count": len(texts),
        },
        "latency": latency,
        "speech": spoken,
        "homes": grown,
        **processes,
        "bytes": _sizes(bundle, graph),
        "accuracy": accuracy(graph),
        "reasons": list(graph.reasons),
    }
    document["budgets"] = budgets(document, profile)
    document["warnings"] = warnings(document, profile)
    return document


def _processes(
    request: Request, bundle: Bundle, texts: Sequence[str], heard: Sound | None
) -> dict[str, Any]:
    """What fresh processes cost; those that hear are given something to listen to."""
    with TemporaryDirectory() as folder:
        pcm = ""
        if heard is not None:
            pcm = str(Path(folder) / "speech.pcm")
            np.concatenate([*heard.pieces, np.zeros(SAMPLE_RATE, np.int16)]).tofile(pcm)
        order = process.Order(request.bundle, bundle.variant.profile, request.home, texts, pcm=pcm)
        return process.measure(order, request.effort.processes, request.effort.least_processes)


def _texts(request: Request, bundle: Bundle) -> list[str]:
    texts = read_sentences(request.sentences) if request.sentences else golden(bundle)
    if request.homes and "grammar" not in bundle.tasks[TASK].get("assets", {}):
        raise UsageError(
            "the bundle has no grammar, and only that depends on the size of a home",
            where=request.bundle,
            hint="leave out --homes",
        )
    return list(texts)


def _answers(runtime: Runtime, texts: Sequence[str], effort: Effort) -> dict[str, Any]:
    samples = by_kind(runtime.understand, texts, _source, Pace(effort.answers, _MOST_CALLS))
    every = [taken for some in samples.values() for taken in some]
    groups = {name: summary(samples[name]) for name in _SOURCES if name in samples}
    return {"answer": summary(every), "answer_by_source": groups}


_SOURCES = ("grammar", "model", "rejected")


def _source(answer: Command | Rejected) -> str:
    return answer.source if isinstance(answer, Command) else "rejected"


def _overhead(runtime: Runtime, texts: Sequence[str], effort: Effort) -> dict[str, Any]:
    model = runtime.intent
    readable = [text for text in texts if 0 < len(split_words(text)) <= SENTENCE_WORDS]
    if not readable:
        return {"frame": None, "session_run": None, "overhead": None}
    outputs = [output.name for output in model.session.get_outputs()]
    entry = model.session.get_inputs()[0].name
    samples = interleaved(
        {
            "frame": [partial(model.read, text) for text in readable],
            # The model writes every sentence into one buffer, hence the copies.
            "session_run": [
                partial(model.session.run, outputs, {entry: model.encode(text).copy()})
                for text in readable
            ],
        },
        Pace(effort.overhead, _MOST_CALLS),
    )
    result = {name: summary(taken) for name, taken in samples.items()}
    return {**result, "overhead": difference(result["frame"], result["session_run"])}


def _home(runtime: Runtime, texts: Sequence[str], count: int, effort: Effort) -> dict[str, Any]:
    before = runtime.home
    runtime.home = homes.grown(before, count)
    try:
        said = homes.spoken(texts, before, count, runtime.understand)
        pace = Pace(effort.homes, _MOST_CALLS)
        result: dict[str, Any] = {"added": count, "devices": len(runtime.home.devices)}
        for name in ("matched", "unknown", "unmatched"):
            group: tuple[str, ...] = getattr(said, name)
            samples = by_kind(runtime.understand, group, _any_kind, pace) if group else {}
            result[name] = summary(samples[_ANY]) if group else None
        return result
    finally:
        runtime.home = before


_ANY = "any"


def _any_kind(answer: Command | Rejected) -> str:
    return _ANY


def _described(bundle: Bundle, graph: Graph) -> dict[str, Any]:
    settings = graph.session
    return {
        "name": bundle.name,
        "version": bundle.version,
        "sequence": bundle.sequence,
        "created": bundle.created,
        "profile": bundle.variant.profile,
        "scheme": graph.scheme,
        "opset": graph.opset,
        "session": {
            "threads": settings.threads,
            "allow_spinning": settings.allow_spinning,
            "memory_arena": settings.memory_arena,
            "optimization": settings.optimization,
        },
    }


def _sizes(bundle: Bundle, graph: Graph) -> dict[str, int]:
    """Bytes of the whole bundle, of what this board needs of it, and of the graph."""
    with open_store(bundle.path) as store:
        present = store.list(lambda kind, path, error: None)
    own = {each.path for each in bundle.variant.graphs.values()}
    own |= {paths.MANIFEST, paths.SIGNATURE}
    return {
        "bundle": sum(present.values()),
        "device": sum(
            size for path, size in present.items() if path in own or path.startswith("assets/")
        ),
        "graph": graph.bytes,
    }
