"""What listening costs on one core: while somebody speaks, in silence, and up to the answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.runtime import row
from benchmarks.speech import corpora, voices, wake
from benchmarks.speech.memory import memory
from benchmarks.speech.posteriors import Ear, variants
from benchmarks.timing import Call, measure
from edge.bench.timing import summary
from edge.bundle.bundle import Bundle
from edge.errors import UsageError
from edge.events import Command, Rejected, SpeechStart
from edge.voice.acoustic import FRAME as FRAME_SAMPLES
from edge.voice.gate import FRAME
from edge.voice.pcm import SAMPLE_RATE
from edge.voice.stream import VoiceStream
from edge.voice.voice import Voice
from export.corpora.speech.kitchen import coloured
from export.corpora.speech.noise import Stored, store
from export.corpora.speech.normalise import normalise
from export.corpora.speech.recording import Recording
from export.corpora.speech.texts import home_texts
from export.recipes.speech.lessons.material import made_up

TABLE = "speech-speed"
PHRASE = "hey jarvis"
_SPOKEN = 60.0
"""Seconds of speech that are timed."""
_LIVED = 1800.0
"""Seconds of speech that a process hears whose memory is looked at: one that hears the same again
and again remembers little."""
_PAUSE = 1.5
"""Seconds of the room after each recording."""
_ROOM = -60.0
"""The room's own noise, dB of full scale: no microphone gives nothing but zeros."""
_CHUNK = SAMPLE_RATE // 50
"""Samples of one push of the audio: 20 ms, as a microphone's driver gives it."""
_RUNS = 5
"""Times that each stream is gone through; the run of median cost counts."""
_SAID = 40
"""Commands that are said to it."""
_SEED = 7
COMMANDS, REFUSALS = "commands", "refusals"
_FEW = 20
"""Runs of each part at the most: each is seconds of audio."""


def speed(
    bundle: Path,
    data: Path,
    *,
    repeats: int,
    hours: float,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Real-time factors, answers, parts, memory.

    Args:
        bundle: hears; the sample home's sentences are what it listens for.
        data: folder of the public sets.
        repeats: at most this many runs of each part.
        hours: audio that memory must not grow over, half of it speech.

    Raises:
        EdgeError: the bundle cannot be loaded, or a set is missing.
    """
    profile = variants(bundle)[0]
    ear = Ear.of(bundle, profile=profile)
    speech = spoken(ear, data)
    silence = room(_SPOKEN, 1)
    voice = voices.home_voice_of(ear.bundle)
    report("somebody speaks, and nobody does")
    streams: dict[str, dict[str, Any]] = {}
    found: list[dict[str, Any]] = []
    kinds: list[tuple[str, str | None]] = [("a command at once", None)]
    if "wake" in ear.task:
        kinds.append((f"after “{PHRASE}”", PHRASE))
    for name, phrase in kinds:
        took: dict[str, list[int]] = {COMMANDS: [], REFUSALS: []}
        streams[name] = {}
        for kind, audio in (
            ("speech", speech),
            ("silence", silence),
            ("commands", commanded(ear, phrase, report)),
        ):
            if audio is None:
                continue
            runs = [through(voice.stream(phrase), audio) for _ in range(_RUNS)]
            for run in runs:
                for what, answers in run.pop("answers_ns").items():
                    took[what] += answers
            streams[name][kind] = _middle(runs)
        for what, answers in took.items():
            if answers:
                timing = summary(answers)
                found.append(row(TABLE, "end of speech to answer", f"{name}: {what}", timing))
    report("one part after the other")
    found += parts(ear, voice, speech, silence, min(repeats, _FEW))
    report(f"memory, and {hours:g} h of audio")
    people = spoken(ear, data, _LIVED, 1000)
    return {
        "rows": found,
        "streams": streams,
        "memory": memory(bundle, profile, by_turns(people, silence), hours),
    }


def spoken(ear: Ear, data: Path, seconds: float = _SPOKEN, among: int = 200) -> Stored:
    """People who speak one after the other, and the room between them.

    Args:
        seconds: of speech.
        among: recordings that they are taken from.
    """
    chosen: list[Recording] = []
    for item in corpora.some(corpora.prompts(data).recordings, among, seed=1):
        chosen.append(item)
        if sum(each.seconds for each in chosen) >= seconds:
            break
    return _one_by_one(ear, chosen)


def commanded(ear: Ear, phrase: str | None, report: Callable[[str], None]) -> Stored | None:
    """Sentences of the sample home, said by synthetic voices, for there are no recordings of them.

    Most of what people say in the recordings is no command, and is refused: what a command takes
    would not be seen. None where no synthesiser is installed.

    Args:
        phrase: said before each, in the same breath; None: nothing is.
    """
    typed = voices.by_sentences(voices.sample_home())
    drawn = home_texts(voices.HOME, 10 * _SAID, _SEED)
    texts = [text for text in drawn if isinstance(typed.answer(text), Command)][:_SAID]
    said = [normalise(f"{phrase or ''} {text}") for text in texts]
    with TemporaryDirectory() as folder:
        try:
            recordings = made_up(said, len(said), Path(folder), _SEED, [])
        except UsageError as error:
            report(f"left out: commands ({error})")
            return None
        return _one_by_one(ear, recordings)


def _one_by_one(ear: Ear, recordings: Sequence[Recording]) -> Stored:
    pieces: list[Stored] = []
    for number, item in enumerate(recordings):
        pieces += [ear.samples(item), room(_PAUSE, 100 + number)]
    return np.concatenate(pieces)


def room(seconds: float, seed: int) -> Stored:
    """A quiet room."""
    rng = np.random.default_rng(seed)
    return store(np.float32(10 ** (_ROOM / 20)) * coloured(round(seconds * SAMPLE_RATE), rng))


def by_turns(speech: Stored, silence: Stored) -> Stored:
    """As long of nothing as of talking: livelier than most kitchens."""
    starts = range(0, len(speech), len(silence))
    turns = [(speech[start : start + len(silence)], silence) for start in starts]
    return np.concatenate([piece for turn in turns for piece in turn])


def through(stream: VoiceStream, audio: Stored) -> dict[str, Any]:
    """Pushes audio and says what that took.

    Returns:
        The stream's own statistics, and `answers_ns`: the push that brought each command, and
        that which brought each refusal.
    """
    answers: dict[str, list[int]] = {COMMANDS: [], REFUSALS: []}
    speaking = False
    for start in range(0, len(audio), _CHUNK):
        began = time.perf_counter_ns()
        events = stream.push(audio[start : start + _CHUNK])
        took = time.perf_counter_ns() - began
        speaking = speaking or any(isinstance(event, SpeechStart) for event in events)
        answer = next((one for one in events if isinstance(one, Command | Rejected)), None)
        if speaking and answer is not None:
            answers[COMMANDS if isinstance(answer, Command) else REFUSALS].append(took)
            speaking = False
    return {**stream.statistics.to_dict(), "answers_ns": answers}


def _middle(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The run that neither a quick nor a slow moment of the machine has made."""
    return sorted(runs, key=lambda run: float(run["computing_seconds"]))[len(runs) // 2]


def parts(
    ear: Ear, voice: Voice, speech: Stored, silence: Stored, repeats: int
) -> list[dict[str, Any]]:
    """What a second of audio costs in each part by itself, posteriors given where it needs them."""
    seconds = 10
    audio = speech[: seconds * SAMPLE_RATE]
    posteriors = ear.listen(audio)
    calls: dict[str, Sequence[Call]] = {
        "features and network": [partial(_acoustic, ear, audio)],
        "voice activity, every frame": [partial(_activity, voice, audio, gated=False)],
        "voice activity, in a quiet room": [
            partial(_activity, voice, silence[: seconds * SAMPLE_RATE], gated=True)
        ],
        "search in the sample home": [partial(_search, voice, posteriors)],
    }
    timed = measure(calls, repeats=repeats, warm_up=1).timings
    found = [
        row(TABLE, "a second of audio", name, _by_the_second(timing, seconds))
        for name, timing in timed.items()
    ]
    if "wake" in ear.task:
        timing = wake.cost([PHRASE], voices.wake_table_of(ear.bundle))
        found.append(row(TABLE, "a second of audio", "wake phrase", timing))
    return found


def _acoustic(ear: Ear, audio: Stored) -> None:
    stream = ear.model.stream()
    for start in range(0, len(audio), FRAME):
        stream.push(audio[start : start + FRAME])


def _activity(voice: Voice, audio: Stored, *, gated: bool) -> None:
    stream = voice.activity.stream(gated=gated)
    for start in range(0, len(audio) - FRAME + 1, FRAME):
        stream.push(audio[start : start + FRAME])


def _search(voice: Voice, posteriors: np.ndarray) -> None:
    attempt = voice.recognizer.start()
    together = voice.acoustic.chunk // FRAME_SAMPLES
    if attempt is not None:
        for start in range(0, len(posteriors), together):
            attempt.search.push(posteriors[start : start + together])


def _by_the_second(timing: Any, seconds: int) -> dict[str, Any]:
    return {
        key: round(value / seconds, 2) if key.endswith("_us") else value
        for key, value in timing.items()
    }


def open_voice(bundle: Path) -> Voice:
    """The bundle's own variant with the sample home, for whoever times it beside others."""
    return voices.home_voice_of(Bundle.open(bundle, variants(bundle)[0]))
