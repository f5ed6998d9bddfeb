"""Others doing the same job on this machine, one thread, timed in turn with our own runtime."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import baseline, distilbert, homes
from benchmarks.runtime import SENTENCES, answers, has_grammar, load, row, understand
from benchmarks.timing import Call, measure
from export.corpora import read

OURS = "Hearth Edge"
SENTENCE_FILES = Path(__file__).resolve().parents[1] / "export" / "samples" / "home" / "sentences"
BLOCK = 8
"""Calls of one encoder before the other's turn."""
HASSIL: Mapping[str, Path | None] = {
    "hassil, the sample home's sentences": SENTENCE_FILES,
    "hassil, all English sentences of Home Assistant": None,
}
"""How its rows are called → where its templates are. The first has the ones that ours has; the
second is what Home Assistant runs, twice as many."""


def encoders(
    runtime: Any | None,
    *,
    repeats: int,
    warm_up: int,
    report: Callable[[str], None],
    size: distilbert.Size | None = None,
    cache: Path = distilbert.CACHE,
) -> list[dict[str, Any]]:
    """A DistilBERT-sized encoder, float and int8, on 16 tokens; ours on sentences of that length.

    The peers are timed in `session.run` alone, without their tokenizer; ours (None: it is left
    out) from text to answer. Both are timed warm, in blocks of calls in turn. Call by call in turn,
    which the note gives as well, ours is timed in the caches that 60 MB of a peer's weights leave
    behind, and the peer in caches that ours has hardly touched.
    """
    report("DistilBERT-sized encoder: exporting and quantising, unless cached")
    files = distilbert.graphs(size, cache)
    feeds = distilbert.inputs()
    ours = understand(runtime, SENTENCES) if runtime is not None else []
    rows = []
    group = f"{distilbert.TOKENS} tokens"
    for name, file in files.items():
        report(f"DistilBERT-sized encoder, {name}")
        session = distilbert.session(file)
        label = f"DistilBERT {name}"
        calls: dict[str, Sequence[Call]] = {label: [partial(session.run, None, feeds)]}
        note = "random weights; without tokenizer"
        if ours:
            calls[OURS] = ours
            in_turn = measure(calls, repeats=repeats, warm_up=warm_up).ratio(OURS, label)
            note += f"; {in_turn.value:.1f}× call by call in turn"
        run = measure(calls, repeats=repeats, warm_up=warm_up, block=BLOCK)
        rows.append(
            row(
                "peers",
                group,
                label,
                run.timings[label],
                ratio=run.ratio(OURS, label) if ours else None,
                bytes=file.stat().st_size,
                note=note,
                ours_p50_us=run.timings[OURS]["p50_us"] if ours else None,
            )
        )
        del session
    return rows


def hassil_matcher(names: Sequence[str], folder: Path | None = None) -> Callable[[str], Any]:
    """`hassil.recognize` with these device names, the way it is quickest.

    The intents are compiled once, the names are plain text (`allow_template=False`: that is what
    its name index needs), and the first result is taken. Templates are the English set of
    `home-assistant-intents`, or the YAML files of `folder`.

    Raises:
        ModuleNotFoundError: hassil is not installed.
    """
    from hassil import Intents, TextSlotList, recognize
    from home_assistant_intents import get_intents

    if folder is None:
        intents = Intents.from_dict(get_intents("en"))
    else:
        intents = Intents.from_files(sorted(str(file) for file in folder.glob("*.yaml")))
    lists: dict[str, Any] = {
        "name": TextSlotList.from_tuples(
            [(name, f"device_{index}", {"domain": "light"}) for index, name in enumerate(names)],
            allow_template=False,
            name="name",
        ),
        "area": TextSlotList.from_strings(homes.AREAS, allow_template=False, name="area"),
        "floor": TextSlotList.from_strings(["first floor"], allow_template=False, name="floor"),
    }
    # The templates are parsed when first matched against: that is start-up, not recognition.
    for intent in intents.intents.values():
        for data in intent.data:
            len(data.sentences)
    return partial(recognize, intents=intents, slot_lists=lists)


def matchers(
    bundle: Path | None,
    *,
    counts: Sequence[int] = (1000, 10_000),
    repeats: int,
    warm_up: int,
    report: Callable[[str], None],
) -> list[dict[str, Any]]:
    """`hassil` and ours with the same device names and the same sentences, in turn.

    Once with the templates that ours has, once with all English ones.

    Args:
        bundle: of the sample home; None: `hassil` is timed alone.

    Raises:
        RuntimeError: hassil does not match a sentence that it should, or the reverse: then the
            time would be a time of something else.
    """
    rows = []
    for count in counts:
        report(f"hassil with {count:,} device names")
        names = homes.device_names(count)
        peers = {name: hassil_matcher(names, folder) for name, folder in HASSIL.items()}
        said = homes.sentences(names)
        runtime = load(bundle, count, names) if bundle else None
        for kind, texts in (
            ("matched", said.matched),
            ("unknown name", said.unknown_name),
            ("unmatched", said.unmatched),
        ):
            calls: dict[str, Sequence[Call]] = {}
            for name, match in peers.items():
                for text in texts:
                    if (match(text) is not None) != (kind == "matched"):
                        raise RuntimeError(f"{name}: {text!r} should have been {kind}")
                calls[name] = [partial(match, text) for text in texts]
            if runtime is not None:
                calls[OURS] = understand(runtime, texts)
            run = measure(calls, repeats=repeats, warm_up=warm_up)
            ours: dict[str, Any] = {}
            if runtime is not None:
                found = answers(runtime, texts)
                ours = {"ours_p50_us": run.timings[OURS]["p50_us"], "ours_answers": found}
            for name in peers:
                # Where ours misses what hassil matches, the two did not do the same.
                same = runtime is not None and (
                    kind != "matched" or ours["ours_answers"].get("grammar") == len(texts)
                )
                rows.append(
                    row(
                        "peers",
                        f"{count:,} devices, {kind}",
                        name,
                        run.timings[name],
                        ratio=run.ratio(OURS, name) if same else None,
                        **ours,
                    )
                )
        if runtime is not None:
            runtime.close()
    return rows


def classifier(
    runtime: Any | None,
    data: Path,
    *,
    repeats: int,
    warm_up: int,
    report: Callable[[str], None],
) -> list[dict[str, Any]]:
    """TF-IDF and logistic regression on SNIPS: one sentence at a time; it finds no slots."""
    report("TF-IDF and logistic regression on SNIPS")
    corpus = read(data / "snips")
    trained = baseline.train(corpus)
    label = "TF-IDF + logistic regression"
    calls: dict[str, Sequence[Call]] = {
        label: [partial(trained.intents, [text]) for text in SENTENCES]
    }
    ours = understand(runtime, SENTENCES) if runtime is not None else []
    if ours:
        calls[OURS] = ours
    run = measure(calls, repeats=repeats, warm_up=warm_up)
    return [
        row(
            "peers",
            "one sentence",
            label,
            run.timings[label],
            ratio=run.ratio(OURS, label) if ours else None,
            note="intent only, 7 intents",
            ours_p50_us=run.timings[OURS]["p50_us"] if ours else None,
        )
    ]


def peers(
    bundle: Path | None,
    data: Path | None,
    *,
    repeats: int,
    warm_up: int,
    report: Callable[[str], None],
) -> list[dict[str, Any]]:
    """All of them, as far as their packages are installed and the data is there."""
    rows: list[dict[str, Any]] = []
    pace: dict[str, Any] = {"repeats": repeats, "warm_up": warm_up, "report": report}
    runtime = load(bundle) if bundle is not None else None
    try:
        if _installed("torch", "transformers", "optimum"):
            # An encoder takes milliseconds, not microseconds: fewer rounds say as much.
            few = {**pace, "repeats": max(1, repeats // 8), "warm_up": max(1, warm_up // 8)}
            rows += encoders(runtime, **few)
        else:
            report('left out: DistilBERT (pip install "hearth-edge[export]")')
        if data is not None and (data / "snips").is_dir() and _installed("sklearn"):
            rows += classifier(runtime, data, **pace)
        else:
            report("left out: TF-IDF (needs scikit-learn, and SNIPS under --data)")
    finally:
        if runtime is not None:
            runtime.close()
    if _installed("hassil", "home_assistant_intents"):
        # Without templates of its own ours does another job: then hassil is timed alone.
        templates = bundle if bundle is not None and has_grammar(bundle) else None
        rows += matchers(templates, **{**pace, "repeats": max(1, repeats // 4)})
    else:
        report('left out: hassil (pip install "hearth-edge[export]")')
    return rows


def _installed(*names: str) -> bool:
    return all(importlib.util.find_spec(name) is not None for name in names)
