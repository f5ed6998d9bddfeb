"""Synthesised speech: sentences said by many voices, as a folder of recordings."""

from __future__ import annotations

import argparse
import hashlib
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import numpy as np

from edge.errors import UsageError
from export.corpora.lines import plain_sentences
from export.corpora.speech import engines
from export.corpora.speech.manifest import MANIFEST, manifest_line, read_manifest, write_manifest
from export.corpora.speech.normalise import normalise
from export.corpora.speech.plan import Request, plan
from export.corpora.speech.recording import SAMPLE_RATE, Recording, Wave, read_audio, write_flac
from export.corpora.utterance import Problem

_BATCH = 40
"""Sentences that one job says before it writes them down."""
_SILENCE = 0.15
"""Seconds of silence that may stay before and after the words."""
_LOUD = 0.01
"""Sound begins where 10 ms have this part of the loudest 10 ms' amplitude."""
_SHORTEST = 0.15
"""Seconds below which an engine has said nothing."""
_PEAK = 0.5

Progress = Callable[[int], None]


def synthesise(
    requests: Sequence[Request],
    out: Path,
    jobs: int = 1,
    problems: list[Problem] | None = None,
    progress: Progress = lambda _: None,
) -> list[Recording]:
    """Says all requests into the folder `out`, in the layout of `read_manifest`: 16 kHz FLAC.

    What the folder already holds of the requests is not said again, so that a run that was cut
    off goes on where it was. The manifest ends with the requests' order, equal requests once.

    Args:
        requests: what to say; see `plan`.
        out: the folder; made if it is not there.
        jobs: how many engines run at a time.
        problems: gets each request that its engine could not say.
        progress: called with the number of requests that are done since the last call.

    Raises:
        UsageError: nothing could be said at all, or the folder cannot be written.
    """
    out = Path(out)
    problems = [] if problems is None else problems
    wanted = {_key(request): request for request in requests}
    try:
        (out / "audio").mkdir(parents=True, exist_ok=True)
        done = _so_far(out, wanted)
        progress(len(done))
        _say_rest(wanted, done, out, jobs, problems, progress)
        result = [done[key] for key in wanted if key in done]
        if result:
            write_manifest(out, result)
    except OSError as error:
        raise UsageError(
            f"cannot be written ({error.strerror or error})", where=str(out)
        ) from error
    if requests and not result:
        raise UsageError(
            "not one sentence could be said",
            where=", ".join(sorted({request.voice.engine for request in requests})),
            hint="try the engine by hand: espeak-ng -w hello.wav hello",
        )
    return result


def _so_far(out: Path, wanted: dict[str, Request]) -> dict[str, Recording]:
    """What is there already, by key."""
    path = out / MANIFEST
    if not path.is_file():
        return {}
    whole = path.read_bytes()
    if not whole.endswith(b"\n"):  # cut off while a line was written
        path.write_bytes(whole[: whole.rfind(b"\n") + 1])
    try:
        found = read_manifest(out, [])
    except UsageError:  # nothing usable in it: all is said anew
        return {}
    return {item.audio.stem: item for item in found if item.audio.stem in wanted}


def _say_rest(
    wanted: dict[str, Request],
    done: dict[str, Recording],
    out: Path,
    jobs: int,
    problems: list[Problem],
    progress: Progress,
) -> None:
    by_engine: dict[str, list[str]] = {}
    for key, request in wanted.items():
        if key not in done:
            by_engine.setdefault(request.voice.engine, []).append(key)
    batches = [
        keys[start : start + _BATCH]
        for keys in by_engine.values()
        for start in range(0, len(keys), _BATCH)
    ]
    lock = Lock()

    def work(keys: list[str]) -> None:
        found = _say_batch(keys, [wanted[key] for key in keys], out)
        with lock, (out / MANIFEST).open("a", encoding="utf-8") as manifest:
            for key, item in zip(keys, found, strict=True):
                if item is None:
                    request = wanted[key]
                    what = f"{request.voice.speaker} could not say {request.text!r}"
                    problems.append(Problem(out.name, 0, what))
                else:
                    done[key] = item
                    manifest.write(manifest_line(item, out))
            progress(len(keys))

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        try:
            for future in [pool.submit(work, keys) for keys in batches]:
                future.result()
        except BaseException:  # a full disk, or an interrupt: do not say all the rest first
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _say_batch(keys: list[str], requests: list[Request], out: Path) -> list[Recording | None]:
    result: list[Recording | None] = []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{key}.wav" for key in keys]
        engines.say(requests, files)
        for key, request, file in zip(keys, requests, files, strict=True):
            wave = _spoken(file)
            if wave is None:
                result.append(None)
                continue
            target = out / "audio" / f"{key}.flac"
            write_flac(target, wave)
            seconds = len(wave) / SAMPLE_RATE
            result.append(Recording(target, request.text, request.voice.speaker, None, seconds))
    return result


def _spoken(file: Path) -> Wave | None:
    """What an engine wrote, trimmed, at one peak level; None where it said nothing."""
    try:
        wave = trim(read_audio(file))
    except UsageError:
        return None
    if len(wave) < _SHORTEST * SAMPLE_RATE:
        return None
    return wave * np.float32(_PEAK / np.abs(wave).max())


def trim(wave: Wave) -> Wave:
    """`wave` with no more than `_SILENCE` seconds of silence at either end; empty if all of it."""
    step = SAMPLE_RATE // 100
    count = len(wave) // step
    if not count:
        return wave[:0]
    levels = np.sqrt(np.square(wave[: count * step].reshape(count, step)).mean(axis=1))
    if not levels.max():
        return wave[:0]
    loud = np.flatnonzero(levels > levels.max() * _LOUD)
    margin = int(_SILENCE * SAMPLE_RATE)
    return wave[max(0, loud[0] * step - margin) : (loud[-1] + 1) * step + margin]


def _key(request: Request) -> str:
    """A file name that depends on all that the sound depends on."""
    parts = (request.text, request.voice.speaker, request.rate, request.pitch, request.seed)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:20]


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and says the sentences."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, help="one sentence a line")
    parser.add_argument("--count", type=int, required=True, help="sentences to be said")
    parser.add_argument("--out", type=Path, required=True, help="folder of the recordings")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="engines that run at a time")
    given = parser.parse_args(arguments)
    problems: list[Problem] = []
    try:
        texts = [normalise(text) for text in plain_sentences(given.texts, problems)]
        requests = plan([text for text in texts if text], given.count, given.seed)
        columns = (TextColumn("synthesis"), BarColumn(), MofNCompleteColumn())
        with Bar(*columns, TimeRemainingColumn()) as bar:
            task = bar.add_task("", total=len(requests))
            found = synthesise(
                requests, given.out, given.jobs, problems, lambda n: bar.advance(task, n)
            )
    except UsageError as error:
        parser.exit(error.exit_code, f"{error}\n")
    hours = sum(item.seconds for item in found) / 3600
    print(f"{len(found)} recordings, {hours:.2f} h, {len(problems)} problems: {given.out}")
    for problem in problems[:5]:
        print(f"  {problem}")


if __name__ == "__main__":
    main()
