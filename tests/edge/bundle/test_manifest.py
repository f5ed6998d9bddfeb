"""What a manifest may say, and how it is told what it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge import limits
from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError, BundleTooNew, ForbiddenGraph
from tests.edge.attacks import bundles
from tests.edge.attacks.bundles import HERE, VOCABULARY, edit, graph_path
from tests.edge.attacks.expect import refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bundles.good(tmp_path / "home.edge")


def test_a_newer_schema(folder: Path) -> None:
    edit(folder, lambda manifest: manifest.update(schema=2, files="something new"))
    refused(folder, BundleTooNew, "schema 2")


@pytest.mark.parametrize("version", ["0.1.1", "0.2.0", "1.0.0", "0.10.0"])
def test_a_newer_runtime(folder: Path, version: str) -> None:
    edit(folder, lambda manifest: manifest.update(minimum_runtime=version))
    refused(folder, BundleTooNew, f"needs edge {version}")


def test_a_key_twice(folder: Path) -> None:
    place = folder / "manifest.json"
    place.write_text(place.read_text().replace('"name"', '"version": "9", "name"', 1))
    refused(folder, BundleFormatError, "'version' is written twice")


def test_deep_nesting(folder: Path) -> None:
    (folder / "manifest.json").write_text("[" * 100_000)
    refused(folder, BundleFormatError, "nested too deep")


def test_deep_nesting_where_anything_may_be(folder: Path) -> None:
    value: Any = 1
    for _ in range(limits.MANIFEST_DEPTH):
        value = [value]
    edit(folder, lambda manifest: manifest["tasks"]["intent"].update(deep=value))
    refused(folder, BundleFormatError, "nested too deep")


def test_brackets_in_text_are_no_nesting(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["tasks"]["intent"].update(text='[{"\\' * 1000))
    assert Bundle.open(folder, profile=HERE).tasks["intent"]["text"].startswith("[{")


def test_a_giant_manifest(folder: Path) -> None:
    with (folder / "manifest.json").open("ab") as file:
        file.truncate(10**12)  # sparse: takes no room on the disk
    refused(folder, BundleFormatError, "1000000000000 bytes")


def test_a_manifest_that_is_not_utf8(folder: Path) -> None:
    place = folder / "manifest.json"
    place.write_bytes(place.read_bytes().replace(b"home", b"h\xf6me"))
    refused(folder, BundleFormatError, "is not UTF-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ("null", "the whole is null"),
        ("[]", "the whole is an array"),
        ('{"schema": NaN}', "NaN"),
        ('{"schema": -Infinity}', "-Infinity"),
        ('{"schema": 1e999}', "too large a number"),
        ('{"schema": ' + "9" * 5000 + "}", "too large a number"),
        ('{"schema": 1, "a": "\\ud800"}', "surrogate"),
        ("\ufeff{}", "JSON"),
        ('{"schema": true}', "schema is True"),
        ('{"schema": 1.0}', "schema is 1.0"),
        ('{"schema": 0}', "schema is 0"),
        ('"' + "\\" * 100_001, "JSON"),
        ('"' * 100_001, "JSON"),
    ],
)
def test_a_manifest_that_is_no_manifest(folder: Path, text: str, words: str) -> None:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    refused(folder, BundleFormatError, words)


def set_at(path: str, value: Any) -> Any:
    """A change that sets (or, for `...`, removes) one key: "variants.1.graphs.intent.opset"."""

    def change(manifest: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        at: Any = manifest
        for part in parents:
            at = at[int(part)] if isinstance(at, list) else at[part]
        if value is ...:
            del at[last]
        else:
            at[last] = value

    return change


GRAPH = "variants.1.graphs.intent"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("name", ..., "name is missing"),
        ("name", "", "name is ''"),
        ("name", "a\x1b[2Jb", "printable"),
        ("name", "x" * 65, "1 to 64"),
        ("sequence", -1, "sequence is -1"),
        ("sequence", "7", "sequence is '7'"),
        ("created", "yesterday", "2025-01-31T12:00:00Z"),
        ("created", "2025-01-31T12:00:00Z\n", "created"),
        ("minimum_runtime", "1", "minimum_runtime"),
        ("files", {}, "files is an object"),
        ("files.0.bytes", -1, "files[0].bytes is -1"),
        ("files.0.bytes", limits.FILE_BYTES + 1, "files[0].bytes"),
        ("files.0.sha256", "ABC", "files[0].sha256"),
        ("tasks", [], "tasks is an array"),
        ("tasks", {"In tent": {}}, "tasks has the key 'In tent'"),
        ("tasks.intent", 1, "tasks.intent is a number"),
        ("tasks.intent.assets", [], "tasks.intent.assets is an array"),
        ("tasks.intent.assets.vocabulary", "assets/none", "is no asset"),
        ("tasks.intent.assets.vocabulary", graph_path(), "is no asset"),
        ("variants", [], "variants is empty"),
        ("variants.1.profile", "../x", "variants[1].profile"),
        ("variants.1.profile", "raspberry-pi-4", "is there twice"),
        ("variants.1.graphs", None, "variants[1].graphs is null"),
        ("tasks", {"speech": {}}, "variants[0].graphs.intent is for a task"),
        (f"{GRAPH}.opset", "eleven", "variants[1].graphs.intent.opset is 'eleven'"),
        (f"{GRAPH}.opset", 99, "a whole number from 11 to 22"),
        (f"{GRAPH}.path", VOCABULARY, "is no graph"),
        (f"{GRAPH}.bytes", 1, "variants[1].graphs.intent.bytes"),
        (f"{GRAPH}.scheme", "int1", "float, int8-weights"),
        (f"{GRAPH}.session", ..., "variants[1].graphs.intent.session is missing"),
        (f"{GRAPH}.session.threads", 10**6, "session.threads is 1000000"),
        (f"{GRAPH}.session.allow_spinning", 0, "session.allow_spinning is 0"),
        (f"{GRAPH}.session.optimization", "most", "disabled, basic, extended, all"),
        (f"{GRAPH}.inputs.0.dtype", "object", "inputs[0].dtype is 'object'"),
        (f"{GRAPH}.inputs.0.shape", [1, -4], "inputs[0].shape[1] is -4"),
        (f"{GRAPH}.inputs.0.shape", [True], "inputs[0].shape[0] is True"),
        (f"{GRAPH}.reasons", ["a\nb"], "reasons[0]"),
    ],
)
def test_a_wrong_value_is_named_by_its_whole_path(
    folder: Path, key: str, value: Any, words: str
) -> None:
    error = refused(edit(folder, set_at(key, value)), BundleFormatError, words)
    assert error.where == f"{folder}: manifest.json"
    assert error.allowed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("inputs.0.shape", [1, 8]),
        ("inputs.0.shape", [1]),
        ("inputs.0.shape", [1, "width"]),
        ("inputs.0.name", "z"),
        ("outputs.0.dtype", "int8"),
        ("outputs", []),
        ("opset", 18),
    ],
)
def test_a_manifest_that_describes_another_graph(folder: Path, key: str, value: Any) -> None:
    edit(folder, set_at(f"{GRAPH}.{key}", value))
    refused(folder, ForbiddenGraph, "the manifest says")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../outside", "leads out of the bundle"),
        ("assets/../../outside", "leads out of the bundle"),
        ("/etc/passwd", "absolute path"),
        ("assets\\windows", "backslash"),
        ("assets/nul\0byte", "printable characters"),
        ("assets/new\nline", "printable characters"),
        ("assets/turned\u202earound", "printable characters"),
        ("assets//twice", "no portable file name"),
        ("assets/./here", "no portable file name"),
        ("assets/", "no portable file name"),
        ("assets/.hidden", "no portable file name"),
        ("assets/-option", "no portable file name"),
        ("assets/kü", "no portable file name"),
        ("", "manifest.json: files[4].path"),
        ("outside", "is in no folder of a bundle"),
        ("manifest.json", "is in no folder of a bundle"),
        ("other/file", "is in no folder of a bundle"),
        ("assets", "is in no folder of a bundle"),
        ("assets/" + "a" * 150, "a part of 150 characters"),
        ("assets/" + "a/" * 150 + "a", "characters"),
        ("assets/a/b/c/d/e/f", "folders deep"),
        ("assets/Vocabulary.txt", "is the same file as"),
        (VOCABULARY, "is the same file as"),
        (VOCABULARY + "/inside", "both as a file and as a folder"),
    ],
)
def test_a_path_that_may_not_be_listed(folder: Path, path: str, words: str) -> None:
    refused(bundles.listed(folder, path), BundleFormatError, words)
