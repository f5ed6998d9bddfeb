"""A folder of recordings with a `manifest.jsonl`, one a line.

    {"audio": "audio/0001.opus", "text": "turn it off", "speaker": "anna", "seconds": 1.2}

`speaker`, `seconds` and `split` are optional; `audio` is relative to the folder. Other keys are
left to those who wrote them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import soundfile

from edge.errors import UsageError
from export.corpora.jsonl import SPLITS
from export.corpora.lines import json_lines
from export.corpora.speech.normalise import normalise
from export.corpora.speech.recording import Recording
from export.corpora.utterance import Problem
from export.files import write_atomic

MANIFEST = "manifest.jsonl"


def read_manifest(folder: Path, problems: list[Problem], *, spoken: bool = True) -> list[Recording]:
    """The recordings of a folder, their texts normalised.

    Args:
        folder: holds `manifest.jsonl` and the files that it names.
        problems: gets what is wrong with a line; such a line costs only itself.
        spoken: every recording must have words; False for noise, where a text is not needed.

    Raises:
        UsageError: there is no manifest, or not one recording in it can be used.
    """
    path = Path(folder) / MANIFEST
    found: list[Recording] = []
    before = len(problems)
    for line, row in json_lines(path, problems):
        item = _recording(Path(folder), row, spoken)
        if isinstance(item, Recording):
            found.append(item)
        else:
            problems.append(Problem(path.name, line, item))
    if not found:
        what = "not one recording that can be used"
        if len(problems) > before:
            what += f"; the first of {len(problems) - before} problems: {problems[before]}"
        raise UsageError(
            what,
            where=str(path),
            allowed='lines such as {"audio": "audio/1.wav", "text": "turn it off"}',
            hint="correct the lines named",
        )
    return found


def _recording(folder: Path, row: dict[str, Any], spoken: bool) -> Recording | str:
    """The recording of a line, or what is wrong with the line."""
    audio, text = row.get("audio"), row.get("text", None if spoken else "")
    speaker, split = row.get("speaker", ""), row.get("split")
    if not isinstance(audio, str) or not audio:
        return "no audio" if audio in (None, "") else "the audio is no string"
    if not isinstance(text, str):
        return "no text" if text is None else "the text is no string"
    if not isinstance(speaker, str):
        return "the speaker is no string"
    if split is not None and split not in SPLITS:
        return f"unknown split {split!r}; allowed: {', '.join(SPLITS)}"
    words = normalise(text)
    if spoken and not words:
        return f"the text {text[:60]!r} has no words"
    path = folder / audio
    if not path.is_file():
        return f"no such file: {audio}"
    seconds = row.get("seconds")
    if seconds is None:
        try:
            seconds = soundfile.info(path).duration
        except soundfile.LibsndfileError as error:
            return f"cannot be read as sound: {audio} ({error.error_string})"
    if type(seconds) not in (int, float) or not math.isfinite(seconds) or seconds <= 0:
        return "seconds must be a number above 0"
    return Recording(path, words, speaker, split, float(seconds))


def manifest_line(recording: Recording, folder: Path) -> str:
    """The line that `read_manifest` reads back; the file must lie inside `folder`."""
    row: dict[str, Any] = {
        "audio": recording.audio.relative_to(folder).as_posix(),
        "text": recording.text,
        "seconds": round(recording.seconds, 3),
    }
    if recording.speaker:
        row["speaker"] = recording.speaker
    if recording.split:
        row["split"] = recording.split
    return json.dumps(row, ensure_ascii=False) + "\n"


def write_manifest(folder: Path, recordings: Iterable[Recording]) -> None:
    """Replaces the folder's manifest."""
    write_atomic(folder / MANIFEST, "".join(manifest_line(item, folder) for item in recordings))
