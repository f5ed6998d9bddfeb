"""What `edge bench` says to a bundle: a file of sentences, or the bundle's golden ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError, UsageError
from edge.intent.model import TASK
from edge.limits import BENCH_FILE_BYTES, BENCH_SENTENCES, GOLDEN_SENTENCES


def read_sentences(path: str) -> list[str]:
    """The lines of a file that are not empty.

    Raises:
        UsageError: it cannot be read, is not UTF-8, is too large, or has no sentence.
    """
    allowed = f"UTF-8 text, one sentence a line, at most {BENCH_SENTENCES}"
    try:
        with open(path, "rb") as file:
            data = file.read(BENCH_FILE_BYTES + 1)
        if len(data) > BENCH_FILE_BYTES:
            raise UsageError(f"has more than {BENCH_FILE_BYTES} bytes", where=path, allowed=allowed)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=path) from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"line {line} is not UTF-8", where=path, allowed=allowed) from error
    lines = [line.strip() for line in text.split("\n")]
    texts = [line for line in lines if line]
    if not 0 < len(texts) <= BENCH_SENTENCES:
        raise UsageError(f"has {len(texts)} sentences", where=path, allowed=allowed)
    return texts


def golden(bundle: Bundle) -> list[str]:
    """The bundle's golden sentences: typical ones, chosen by whoever made it.

    Raises:
        UsageError: it has none.
        BundleFormatError: they are not what docs/bundle-format.md says.
    """
    where = "manifest.json: tasks.intent.golden"
    entries = bundle.tasks.get(TASK, {}).get("golden", [])
    if not isinstance(entries, Sequence) or len(entries) > GOLDEN_SENTENCES:
        raise BundleFormatError(
            "is not usable", where=where, allowed=f"a list of at most {GOLDEN_SENTENCES} sentences"
        )
    texts = [entry.get("text") if isinstance(entry, Mapping) else None for entry in entries]
    found = [text for text in texts if isinstance(text, str) and text.strip()]
    if len(found) != len(texts):
        raise BundleFormatError("is not usable", where=where, allowed='{"text": …, "result": …}')
    if not found:
        raise UsageError(
            "the bundle has no golden sentences to time",
            where=bundle.path,
            hint="pass --sentences FILE: typical sentences of your users, one a line",
        )
    return found
