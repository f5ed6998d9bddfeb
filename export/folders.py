"""Folders, and files too large for memory, that are replaced whole or not at all.

A new folder is filled beside the old one, brought to the disk, and takes the old one's place in one
step of the kernel (renameat2 with RENAME_EXCHANGE). Where the file system cannot do that, it takes
two renames; a kill between them leaves the old folder under `edge.bundle.store.previous`, where
`Bundle.open` looks for it and from where the next write puts it back.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from edge.bundle.store import previous
from edge.files import sync_folder

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_SUFFIX = ".new"
# What a kernel, a file system or a sandbox that does not know RENAME_EXCHANGE answers.
_NOT_SUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A new empty folder that takes the place of `target` when the block ends without an error.

    Left by an error, the block leaves `target` as it was and nothing beside it. What writers that
    were killed left behind is removed first; a writer that is still at work holds a lock on its
    folder and is left alone.

    Raises:
        OSError: something cannot be written; `target` is as it was.
    """
    new = _sibling(target)
    new.mkdir()
    lock = os.open(new, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield new
            for folder, _, _ in os.walk(new, topdown=False):
                sync_folder(Path(folder))
            old = _swap(new, target)
        except BaseException:
            _remove(new)
            raise
        if old is not None:
            _remove(old)
    finally:
        os.close(lock)


@contextlib.contextmanager
def replacing_file(target: Path) -> Iterator[BinaryIO]:
    """A new empty file that takes the place of `target`, as `replacing` does for a folder.

    Raises:
        OSError: it cannot be written; `target` is as it was.
    """
    new = _sibling(target)
    with open(new, "xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.replace(new, target)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    sync_folder(target.parent)


def clean(target: Path) -> None:
    """Finish what killed writers of `target` began: put the old one back, remove half-made ones.

    Raises:
        OSError: it cannot be done.
    """
    if not target.parent.is_dir():
        return
    old = Path(previous(str(target)))
    if old.is_dir():
        if os.path.lexists(target):
            _remove(old)
        else:
            os.rename(old, target)
            sync_folder(target.parent)
    for path in sorted(target.parent.iterdir()):
        if path.name.startswith(f".{target.name}.") and path.name.endswith(_SUFFIX):
            _remove_unless_locked(path)


def write_file(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, and bring it to the disk.

    Raises:
        OSError: it cannot be written whole.
    """
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sibling(target: Path) -> Path:
    """A name beside `target` that nothing has, after the leftovers of others were removed."""
    target.parent.mkdir(parents=True, exist_ok=True)
    clean(target)
    return target.parent / f".{target.name}.{secrets.token_hex(8)}{_SUFFIX}"


def _swap(new: Path, target: Path) -> Path | None:
    """Put `new` in the place of `target`; where the old one is now, if there was one."""
    old: Path | None = None
    if not os.path.lexists(target):
        os.rename(new, target)
    elif _exchange(new, target):
        old = new
    else:
        old = Path(previous(str(target)))
        os.rename(target, old)
        try:
            os.rename(new, target)
        except BaseException:
            os.rename(old, target)
            raise
    sync_folder(target.parent)
    return old


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system cannot.

    Raises:
        OSError: it can, and failed.
    """
    renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if renameat2 is None:
        return False
    result = renameat2(
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(one)),
        ctypes.c_int(_AT_FDCWD),
        ctypes.c_char_p(os.fsencode(other)),
        ctypes.c_uint(_RENAME_EXCHANGE),
    )
    if result == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_SUPPORTED:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def _remove(folder: Path) -> None:
    """Remove a folder; another writer may be removing it too."""

    def unless_gone(function: Callable[..., Any], path: str, info: Any) -> None:
        if not isinstance(info[1], FileNotFoundError):
            raise info[1]

    shutil.rmtree(folder, onerror=unless_gone)


def _remove_unless_locked(path: Path) -> None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        if path.is_dir():
            _remove(path)
        else:
            path.unlink(missing_ok=True)
    finally:
        os.close(handle)
