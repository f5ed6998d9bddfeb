"""A run's folder: of one training at a time, and of one corpus with one choice of settings.

What a run was begun with is written into its folder before anything else, so that whoever resumes
it with other data or settings is told so, and does not get the old model for a new one. A training
that begins anew takes away what one before it could be gone on with from, and its description: what
is interrupted then is an unfinished run, not the old one.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from edge.errors import UsageError
from edge.files import write_atomic
from export.distill import is_first_process, newest_checkpoint

BEGUN = "begun.json"
_RUN = "run.json"
_STAGE = re.compile(r"(teacher|trial)(-\d+)?|student(-alone)?|network")
"""The folders in it that a family trains a network in; a folder of another name is not ours."""
_FINISHED, _CHECKPOINTS = "figures.json", "checkpoints"
"""In a stage's folder: that it is done, and where it is gone on with from."""
_DIGITS = 16


class _Description(NamedTuple):
    """`run.json` as it was."""

    text: bytes
    time: int
    """When it was written: a bundle says so."""


@contextlib.contextmanager
def run_folder(
    folder: Path, family: str, begun_with: Mapping[str, Iterable[object]], *, resume: bool
) -> Iterator[None]:
    """Holds a folder while a model is trained in it; makes it where it is not there.

    Args:
        family: of the model: "intent", "preference" or "speech".
        begun_with: what → its parts, the same ones whenever the same training is meant: "corpus",
            "settings". Their representations are compared.
        resume: whether the run there is gone on with; else nothing is left of it to go on with.

    Raises:
        UsageError: it is no folder, another training is at work in it, it holds the run of another
            family, or one that was begun with something else is to be resumed.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError("is no folder", where=str(folder), allowed="a folder, there or not yet")
    if not is_first_process():
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                "another training is at work there", where=str(folder), hint="give it another --out"
            ) from None
        digests = {what: _digest(parts) for what, parts in begun_with.items()}
        _check(folder, family, digests, resume=resume)
        before = None if resume else _clear(folder)
        write_atomic(folder / BEGUN, json.dumps({"family": family, **digests}, indent=1) + "\n")
        try:
            yield
        except UsageError:  # found before anything was trained: it must not cost a finished model
            if before is not None:
                write_atomic(folder / _RUN, before.text)
                os.utime(folder / _RUN, ns=(before.time, before.time))
            raise
    finally:
        os.close(handle)


def can_go_on(folder: Path) -> bool:
    """Whether `--resume` has something to go on with there: a stage that is done, or a part."""
    return (folder / BEGUN).is_file() and any(
        (stage / _FINISHED).is_file() or newest_checkpoint(stage / _CHECKPOINTS) is not None
        for stage in folder.iterdir()
        if _STAGE.fullmatch(stage.name)
    )


def _check(folder: Path, family: str, digests: Mapping[str, str], *, resume: bool) -> None:
    begun = _read(folder / BEGUN)
    there = begun.get("family", _read(folder / _RUN).get("family", family))
    if there != family:
        raise UsageError(
            f"holds a run of the family {there!r}",
            where=str(folder),
            allowed=f"a folder of its own for {family!r}",
            hint="give it another --out, or remove that folder",
        )
    other = [what for what, digest in digests.items() if begun.get(what, digest) != digest]
    if resume and other:
        raise UsageError(
            f"the run there was begun with other {' and '.join(other)}",
            where=str(folder),
            allowed="the same data and settings as before",
            hint="train without --resume to begin anew, or give it another --out",
        )


def _clear(folder: Path) -> _Description | None:
    """Takes away every stage of the run there, not only the first: an interrupt may come before
    the others are reached. A folder that holds no run is left as it is.

    Returns:
        The description of the finished run that was there, if one was.
    """
    if not any((folder / name).exists() for name in (BEGUN, _RUN)):
        return None
    found = None
    if (folder / _RUN).is_file():
        found = _Description((folder / _RUN).read_bytes(), (folder / _RUN).stat().st_mtime_ns)
        (folder / _RUN).unlink()
    for stage in folder.iterdir():
        if _STAGE.fullmatch(stage.name) and stage.is_dir():
            (stage / _FINISHED).unlink(missing_ok=True)
            shutil.rmtree(stage / _CHECKPOINTS, ignore_errors=True)
    return found


def _read(path: Path) -> Mapping[str, object]:
    """A JSON object; an empty one where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _digest(parts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(repr(part).encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()[:_DIGITS]
