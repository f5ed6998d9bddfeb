"""Finding profiles by name: those that ship here, and those of folders a user names."""

from __future__ import annotations

import os
from pathlib import Path

from device_profiles.errors import ProfileError
from device_profiles.profile import Profile
from device_profiles.reader import NAME, NAME_RULE, parse

VARIABLE = "EDGE_PROFILES"
"""Environment variable: folders with further profiles, separated as in PATH; they win by name."""

_SHIPPED = Path(__file__).resolve().parent
_LARGEST_FILE = 64 * 1024  # bytes; those that ship have about 2,000


def available() -> tuple[str, ...]:
    """The names of all profiles that can be loaded, sorted.

    Raises:
        ProfileError: when a folder that EDGE_PROFILES names is not there.
    """
    return tuple(
        sorted(
            {
                entry.name.removesuffix(".toml")
                for folder in _folders()
                for entry in folder.iterdir()
                if entry.name.endswith(".toml") and NAME.fullmatch(entry.name.removesuffix(".toml"))
            }
        )
    )


def load(name_or_path: str | os.PathLike[str]) -> Profile:
    """Load a profile by name, or from a file.

    A `PathLike`, or text that has a separator in it or ends with `.toml`, is a file; anything else
    is a name, looked up first in the folders of EDGE_PROFILES, then among those that ship.

    Raises:
        ProfileError: when there is none, or when the file is not a valid profile.
    """
    text = os.fspath(name_or_path)
    if isinstance(name_or_path, str) and not (
        "/" in text or os.sep in text or text.endswith(".toml")
    ):
        return load_name(text)
    path = Path(text)
    return _read(path, path.name.removesuffix(".toml"))


def load_name(name: str) -> Profile:
    """Load a profile by name alone; safe for names that come out of a bundle.

    Raises:
        ProfileError: when the name is none, or nothing is called that.
    """
    profile = find(name)
    if profile is not None:
        return profile
    if NAME.fullmatch(name) is None:
        raise ProfileError(f"{name[:80]!r} is no profile name", allowed=NAME_RULE)
    import difflib  # only on the way to an error

    names = available()
    close = difflib.get_close_matches(name, names, n=1)
    raise ProfileError(
        f"there is no profile {name!r}",
        allowed=", ".join(names),
        hint=f"did you mean {close[0]!r}?"
        if close
        else f"put {name}.toml into a folder and name that folder in {VARIABLE}",
    )


def find(name: str) -> Profile | None:
    """Load the profile of that name; None when nothing here is called that.

    Raises:
        ProfileError: when there is a file of that name and it is not a valid profile.
    """
    if NAME.fullmatch(name) is None:
        return None
    for folder in _folders():
        path = folder / f"{name}.toml"
        if path.is_file():
            return _read(path, name)
    return None


def _folders() -> list[Path]:
    """The user's folders, then the one that ships; the first that has a name gives it."""
    folders = [Path(part) for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    for folder in folders:
        if not folder.is_dir():
            raise ProfileError(
                "is not a folder",
                where=f"{VARIABLE}: {folder}",
                allowed=f"folders with profiles, separated by {os.pathsep!r}",
            )
    return [*folders, _SHIPPED]


def _read(path: Path, name: str) -> Profile:
    where = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ProfileError(
            "there is no such file", where=where, hint="`edge profiles list` shows the names"
        ) from None
    except OSError as error:
        raise ProfileError(f"cannot be read: {error.strerror}", where=where) from error
    if len(data) > _LARGEST_FILE:
        raise ProfileError(
            "too large for a profile", where=where, allowed=f"at most {_LARGEST_FILE} bytes"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProfileError(
            f"not UTF-8: {error.reason} at byte {error.start}", where=where
        ) from None
    return parse(text, name, where)
