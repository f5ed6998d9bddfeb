"""Others beside ours, on the same recordings with the same grammar, in turn."""

from __future__ import annotations

import importlib.util
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.runtime import row
from benchmarks.speech import corpora, domains, voices
from benchmarks.speech.posteriors import Ear, variants
from benchmarks.speech.rates import share
from benchmarks.speech.speed import PHRASE, open_voice, room, spoken
from benchmarks.timing import measure
from edge.voice.pcm import SAMPLE_RATE
from edge.voice.pronunciation import Pronouncer
from edge.voice.wake.phrase import wake_phrase
from edge.voice.wake.wake import detector
from export.corpora.speech.dictionary import pronunciations
from export.corpora.speech.noise import Stored
from export.corpora.speech.recording import Recording

OURS = "Hearth Edge"
SPHINX = "pocketsphinx"
_WAKE_SECONDS = 20
_WAKE_RUNS = 10

Report = Callable[[str], None]
Recognise = Callable[[Stored], str]


def peers(bundles: Mapping[str, Path], data: Path, *, clips: int, report: Report) -> dict[str, Any]:
    """pocketsphinx with the same grammars, and what wake words cost; as far as they are installed.

    Args:
        bundles: "speech", and "speech-" and a domain's name for a model that was specialised on it.
        data: folder of the public sets.
        clips: recordings of each grammar.

    Raises:
        EdgeError: the bundle cannot be loaded, or a set is missing.
    """
    bundle = bundles["speech"]
    ear = Ear.of(bundle, profile=variants(bundle)[0])
    found: dict[str, Any] = {"rows": [], "recognisers": []}
    if _installed("pocketsphinx"):
        made = {each.name: each for each in domains.make(data)}
        words, orders = made["words"], made["orders-1"]
        for name, domain, said, templates in (
            ("30 words", words.name, words.recordings, [_alternatives(words.templates)]),
            (orders.name, orders.name, *_in_dictionary(orders)),
        ):
            ears = {OURS: ear}
            if (path := bundles.get(f"speech-{domain}")) is not None:
                ears[f"{OURS}, specialised"] = Ear.of(path, profile=variants(path)[0])
            found["recognisers"] += beside(name, ears, said, templates, clips, report)
    else:
        report("left out: pocketsphinx (pip install pocketsphinx)")
    found["rows"] = wake_words(bundle, ear, data, report)
    return found


# --- recognisers ---------------------------------------------------------------------------------


def beside(
    name: str,
    ears: Mapping[str, Ear],
    recordings: Sequence[Recording],
    templates: Sequence[str],
    clips: int,
    report: Report,
) -> list[dict[str, Any]]:
    """Ours and pocketsphinx on the same recordings, one after the other for each.

    Of ours there may be several; the first is what the others' time is measured in.
    Templates have alternatives and nothing else: "turn it (on|off)" is JSGF and hassil's syntax.
    Neither rejects anything: the best sentence counts.
    """
    chosen = corpora.some(recordings, clips)
    report(f"{name}: {OURS} and {SPHINX}, {len(chosen)} recordings")
    with tempfile.TemporaryDirectory() as folder:
        who: dict[str, Recognise] = {
            **{each: _ours(ear, templates, Path(folder)) for each, ear in ears.items()},
            SPHINX: _sphinx(templates, Path(folder)),
        }
        samples_of = ears[OURS].samples
        right: dict[str, list[bool]] = {each: [] for each in who}
        took = dict.fromkeys(who, 0.0)
        seconds = 0.0
        for number, item in enumerate(chosen):
            samples = samples_of(item)
            if not number:  # once before it counts
                for recognise in who.values():
                    recognise(samples)
            seconds += len(samples) / SAMPLE_RATE
            for each, recognise in who.items():
                began = time.perf_counter()
                text = recognise(samples)
                took[each] += time.perf_counter() - began
                right[each].append(text == item.text)
    return [
        {
            "grammar": name,
            "model": each,
            "ours": each in ears,
            "recordings": len(chosen),
            "audio_seconds": round(seconds, 1),
            "right": share(right[each], [item.speaker for item in chosen]),
            "real_time_factor": round(took[each] / seconds, 5),
            "times_ours": round(took[each] / took[OURS], 2),
        }
        for each in who
    ]


def _ours(ear: Ear, templates: Sequence[str], folder: Path) -> Recognise:
    from export.recipes.speech.lessons.domain import read_domain

    path = folder / "sentences.txt"
    path.write_text("".join(f"{template}\n" for template in templates), "utf-8")
    recognizer = voices.recognizer_of(ear.bundle, read_domain(path))

    def recognise(samples: Stored) -> str:
        attempt = recognizer.start()
        if attempt is None:
            return ""
        attempt.search.push(ear.listen(samples))
        best = attempt.search.finish(1)
        return best[0].text if best and best[0].complete else ""

    return recognise


def _sphinx(templates: Sequence[str], folder: Path) -> Recognise:
    from pocketsphinx import Decoder

    path = folder / "sentences.gram"
    path.write_text(
        "#JSGF V1.0;\ngrammar sentences;\n"
        f"public <sentence> = {' | '.join(f'({template})' for template in templates)};\n",
        "utf-8",
    )
    decoder = Decoder(samprate=SAMPLE_RATE, lm=None, jsgf=str(path), loglevel="FATAL")

    def recognise(samples: Stored) -> str:
        decoder.start_utt()
        decoder.process_raw(samples.tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        return "" if best is None else str(best.hypstr)

    return recognise


def _in_dictionary(made: domains.Made) -> tuple[list[Recording], list[str]]:
    """A domain of orders without those that pocketsphinx's dictionary has a word too few for."""
    known = set(pronunciations())
    kept = [
        (item, template)
        for item, template in zip(made.recordings, made.templates, strict=True)
        if set(re.findall(r"[a-z']+", template)) <= known
    ]
    return [item for item, _ in kept], [template for _, template in kept]


def _alternatives(texts: Sequence[str]) -> str:
    return f"({'|'.join(texts)})"


# --- wake words ----------------------------------------------------------------------------------


def wake_words(bundle: Path, ear: Ear, data: Path, report: Report) -> list[dict[str, Any]]:
    """What a second of audio costs those who wait for a wake word, all in turn.

    Ours runs twice: as a hub does, where silence is hardly looked at and all models are at work
    while somebody speaks; and its network and spotter alone on every frame, as the others do.
    """
    report("wake words")
    speech = spoken(ear, data, _WAKE_SECONDS)[: _WAKE_SECONDS * SAMPLE_RATE]
    silence = room(_WAKE_SECONDS, 2)
    listeners: dict[str, Callable[[Stored], None]] = {}
    if "wake" in ear.task:
        listeners[OURS] = _hub(bundle)
        listeners[f"{OURS}, network and spotter alone"] = _spotter(ear)
    if _installed("pyopen_wakeword"):
        for model in ("hey_jarvis", "alexa"):
            listeners[f"openWakeWord (pyopen-wakeword), {model}"] = _open_wake_word(model)
    if _installed("pymicro_wakeword"):
        for model in ("hey_jarvis", "alexa"):
            listeners[f"microWakeWord (pymicro-wakeword), {model}"] = _micro_wake_word(model)
    if not listeners:
        report("left out: wake words (nothing that listens for one)")
        return []
    rows = []
    for group, audio in (("somebody speaks", speech), ("silence", silence)):
        calls = {name: [partial(listen, audio)] for name, listen in listeners.items()}
        run = measure(calls, repeats=_WAKE_RUNS, warm_up=1)
        for name, timing in run.timings.items():
            second = {
                key: round(value / _WAKE_SECONDS, 2) if key.endswith("_us") else value
                for key, value in timing.items()
            }
            others = OURS in listeners and name != OURS
            ratio = run.ratio(OURS, name) if others else None
            rows.append(row("wake-peers", group, name, second, ratio=ratio))
    return rows


def _hub(bundle: Path) -> Callable[[Stored], None]:
    voice = open_voice(bundle)

    def listen(audio: Stored) -> None:
        with voice.stream(PHRASE) as stream:
            for start in range(0, len(audio), _PIECE):
                stream.push(audio[start : start + _PIECE])

    return listen


def _spotter(ear: Ear) -> Callable[[Stored], None]:
    table = voices.wake_table_of(ear.bundle)
    listening = detector(wake_phrase(PHRASE, table), table, Pronouncer.of(ear.bundle))

    def listen(audio: Stored) -> None:
        stream = ear.model.stream()
        listening.reset()
        for start in range(0, len(audio), _PIECE):
            rows = stream.push(audio[start : start + _PIECE])
            if len(rows):
                listening.push(rows)

    return listen


_PIECE = 1280
"""Samples of one push, for all of them: 80 ms, openWakeWord's own step."""


def _open_wake_word(name: str) -> Callable[[Stored], None]:
    from pyopen_wakeword import Model, OpenWakeWord, OpenWakeWordFeatures

    model, features = OpenWakeWord.from_builtin(Model(name)), OpenWakeWordFeatures.from_builtin()
    # Its memory is filled with eight seconds of silence first, which is no cost of listening.
    for found in features.process_streaming(bytes(2 * _PIECE)):
        list(model.process_streaming(found))

    def listen(audio: Stored) -> None:
        for start in range(0, len(audio), _PIECE):
            for found in features.process_streaming(audio[start : start + _PIECE].tobytes()):
                for _ in model.process_streaming(found):
                    pass

    return listen


def _micro_wake_word(name: str) -> Callable[[Stored], None]:
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

    model, features = MicroWakeWord.from_builtin(Model(name)), MicroWakeWordFeatures()

    def listen(audio: Stored) -> None:
        for start in range(0, len(audio), _PIECE):
            for found in features.process_streaming(audio[start : start + _PIECE].tobytes()):
                model.process_streaming(found)

    return listen


def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
