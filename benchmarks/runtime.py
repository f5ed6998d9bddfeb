"""Our own runtime: what a whole answer costs beside a bare `session.run` of the same graph, and
what a home of thousands of devices adds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import homes
from benchmarks.timing import Call, Ratio, Timing, measure
from edge.errors import EdgeError

COMMANDS = (
    "could you maybe get the heating in the bedroom up to twenty one degrees",
    "it would be nice if you set the volume of the stereo to about thirty",
    "we would like the bathroom mirror light to be turned off right now",
    "can we maybe have the living room blinds closed down a bit earlier now",
    "what would the temperature be in the nursery at the moment do you think",
    "you know what just set the thermostat to something like nineteen degrees",
)
"""Commands to the sample home, 12 to 14 words, as no template of its has them."""

SENTENCES = (
    "would you mind making it a little less dark in the room where we eat",
    "i think somebody forgot about the heating upstairs so please turn it down",
    "please find me the song that was playing on the radio this very morning",
    "book a table for four at the italian place near the station for tonight",
    "what is the weather going to be like in berlin on the second of may",
    "add this tune to the playlist that we listen to whenever we are cooking",
    "give the last book that i read about the sea four stars out of five",
    "when does the next film start at the cinema closest to my brother's house",
)
"""Long sentences, 13 to 15 words: about the 16 word pieces that peers are timed with. No home's
templates say them in these words, so the model reads them; to the sample home they are nothing
that it could do."""


def new_words(count: int, seed: int = 0) -> list[str]:
    """Sentences of 14 made-up words, no two of them alike."""
    generator = random.Random(seed)
    syllables = [first + vowel for first in "bdfgklmnprstvz" for vowel in "aeiou"]
    base = len(syllables)
    drawn = generator.sample(range(base**3), 14 * count)
    words = [
        syllables[number // base**2] + syllables[number // base % base] + syllables[number % base]
        for number in drawn
    ]
    return [" ".join(words[start : start + 14]) for start in range(0, len(words), 14)]


def row(table: str, group: str, name: str, timing: Timing, **more: Any) -> dict[str, Any]:
    """One line of results; `more` may hold a ratio and a note."""
    extra = {key: value for key, value in more.items() if value is not None}
    if isinstance(extra.get("ratio"), Ratio):
        extra["ratio"] = extra["ratio"].to_dict()
    return {"table": table, "group": group, "name": name, **timing, **extra}


def load(bundle: Path, device_count: int = 0, names: Sequence[str] | None = None) -> Any:
    """A runtime with a home of `device_count` devices (none: a home without any).

    Raises:
        EdgeError: the bundle cannot be loaded.
    """
    from edge.runtime import Runtime

    if not device_count:
        return Runtime.load(bundle)
    return Runtime.load(bundle, home=home(names or homes.device_names(device_count)))


def home(names: Sequence[str]) -> Any:
    """A home whose devices are lights of these names, in one area after the other."""
    from edge.home.home import Area, Device, Home

    areas = [Area(area.replace(" ", "_"), area) for area in homes.AREAS]
    devices = [
        Device(
            f"device_{index}",
            name,
            area=areas[index % len(areas)].id,
            kind="light",
        )
        for index, name in enumerate(names)
    ]
    return Home(devices, areas)


def understand(runtime: Any, texts: Sequence[str]) -> list[Call]:
    """Calls of `understand`, one a sentence."""
    return [partial(runtime.understand, text) for text in texts]


def bare(runtime: Any, texts: Sequence[str]) -> list[Call]:
    """Calls of nothing but `session.run` on the inputs the runtime would make of each sentence."""
    session = runtime.intent.session
    name = session.get_inputs()[0].name
    outputs = [output.name for output in session.get_outputs()]
    # The runtime writes the next sentence into the same buffer, so each input is copied.
    return [
        partial(session.run, outputs, {name: runtime.intent.encode(text).copy()}) for text in texts
    ]


def overhead(runtime: Any, *, repeats: int, warm_up: int) -> list[dict[str, Any]]:
    """Text to answer through the model, in turn with the bare `session.run` on the same sentence.

    Also with words that were never said before: a runtime that remembers words must not be timed
    on the same ones only. There are so many that it has forgotten the first when they come again.
    """
    rows = []
    for group, texts in (
        ("commands", COMMANDS),
        ("no commands", SENTENCES),
        ("no word said before", new_words(min(repeats + warm_up, 20_000))),
    ):
        calls = {"whole": understand(runtime, texts), "bare": bare(runtime, texts)}
        run = measure(calls, repeats=repeats, warm_up=warm_up)
        whole, alone = run.timings["whole"], run.timings["bare"]
        rows.append(
            row(
                "speed",
                group,
                "text to answer",
                whole,
                ratio=run.ratio("bare", "whole"),
                over_bare_p50_us=round(whole["p50_us"] - alone["p50_us"], 2),
                answers=answers(runtime, texts),
            )
        )
        rows.append(row("speed", group, "bare session.run of the same graph", alone))
    return rows


def big_homes(
    bundle: Path,
    *,
    counts: Sequence[int] = (1000, 10_000),
    repeats: int,
    warm_up: int,
    report: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """Matched, unknown-name and unmatched sentences in homes of these sizes.

    All sizes are timed in turn; the ratio of each to the smallest says how it grows.
    """
    kinds: dict[str, dict[str, list[Call]]] = {}
    answered: dict[tuple[str, str], Mapping[str, int]] = {}
    runtimes = []
    for count in counts:
        report(f"a home of {count:,} devices")
        names = homes.device_names(count)
        runtime = load(bundle, count, names)
        runtimes.append(runtime)
        said = homes.sentences(names)
        for kind, texts in (
            ("matched", said.matched),
            ("unknown name", said.unknown_name),
            ("unmatched", said.unmatched),
        ):
            name = f"{count:,} devices"
            kinds.setdefault(kind, {})[name] = understand(runtime, texts)
            answered[kind, name] = answers(runtime, texts)
    rows = []
    for kind, calls in kinds.items():
        run = measure(calls, repeats=repeats, warm_up=warm_up)
        smallest = next(iter(calls))
        for name, timing in run.timings.items():
            ratio = None if name == smallest else run.ratio(smallest, name)
            found = answered[kind, name]
            rows.append(row("homes", kind, name, timing, ratio=ratio, answers=found))
    for runtime in runtimes:
        runtime.close()
    return rows


def answers(runtime: Any, texts: Sequence[str]) -> Mapping[str, int]:
    """How often the grammar, the model and neither answered: what a time is a time of."""
    counts: dict[str, int] = {}
    for text in texts:
        result = runtime.understand(text)
        key = getattr(result, "source", None) or f"rejected: {result.code}"
        counts[key] = counts.get(key, 0) + 1
    return dict(sorted(counts.items()))


def speed(
    bundle: Path, *, repeats: int, warm_up: int, report: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Everything of this module for one bundle.

    Raises:
        EdgeError: the bundle cannot be loaded.
    """
    report("text to answer and bare session.run")
    runtime = load(bundle)
    try:
        rows = overhead(runtime, repeats=repeats, warm_up=warm_up)
    finally:
        runtime.close()
    if has_grammar(bundle):
        rows += big_homes(bundle, repeats=repeats, warm_up=warm_up, report=report)
    return rows


def has_grammar(bundle: Path) -> bool:
    """Whether the bundle has templates of a home: without them a home's size is no matter."""
    from edge.bundle.bundle import Bundle

    task = Bundle.open(bundle).tasks.get("intent")
    if task is None:
        raise EdgeError("the bundle has no intent task", where=str(bundle))
    return "grammar" in task.get("assets", {})
