"""What Bundle.open gives for a good bundle, and refuses of a bad one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import onnxruntime
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_profiles import Machine, SessionSettings
from edge import limits
from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.errors import (
    BundleError,
    BundleFormatError,
    BundleIntegrityError,
    BundleNotFound,
    ForbiddenGraph,
    UsageError,
)
from edge.onnx.scan import TensorSpec
from tests.edge.attacks import bundles, graphs
from tests.edge.attacks.bundles import HERE, VOCABULARY, edit, graph_path
from tests.edge.attacks.expect import refused

HUB = Machine(
    architecture="x86_64",
    features=frozenset("sse4_1 sse4_2 avx avx2 fma f16c".split()),
    cores=4,
    memory_mb=8192,
    model="a hub",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bundles.good(tmp_path / "home.edge")


def test_a_good_bundle_says_what_it_is(folder: Path) -> None:
    bundle = Bundle.open(folder, profile=HERE)
    assert (bundle.name, bundle.version, bundle.sequence) == ("home", "1.2.0", 7)
    assert bundle.created == "2025-01-31T12:00:00Z"
    assert bundle.profiles == bundles.PROFILES
    assert bundle.tasks["intent"]["labels"] == ["on", "off"]
    assert bundle.manifest["schema"] == 1
    graph = bundle.graph("intent")
    assert graph.inputs == (TensorSpec("x", "float32", (1, 4)),)
    assert graph.session == SessionSettings(1, False, False, "extended")
    assert graph.accuracy == {"frame": 0.91}


def test_its_bytes_are_those_of_the_files(folder: Path) -> None:
    bundle = Bundle.open(folder, profile=HERE)
    assert bundle.asset(VOCABULARY) == (folder / VOCABULARY).read_bytes()
    assert bundle.graph_bytes("intent") == (folder / graph_path()).read_bytes()


def test_its_graph_runs(folder: Path) -> None:
    data = Bundle.open(folder, profile=HERE).graph_bytes("intent")
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    assert [tensor.name for tensor in session.get_inputs()] == ["x"]


def test_a_bundle_is_read_only(folder: Path) -> None:
    bundle = Bundle.open(folder, profile=HERE)
    with pytest.raises(TypeError):
        bundle.manifest["name"] = "other"  # type: ignore[index]
    with pytest.raises(TypeError):
        bundle.tasks["intent"] = {}  # type: ignore[index]


def test_changing_the_files_afterwards_changes_nothing(folder: Path) -> None:
    bundle = Bundle.open(folder, profile=HERE)
    before = bundle.graph_bytes("intent")
    (folder / graph_path()).write_bytes(b"something else")
    assert bundle.graph_bytes("intent") == before


def test_each_file_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    really_open = os.open

    def counting(path: Any, *args: Any, **kwargs: Any) -> int:
        opened.append(os.path.basename(str(path)))
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", counting)
    Bundle.open(folder, profile=HERE)
    assert opened.count("manifest.json") == opened.count("vocabulary.txt") == 1
    assert opened.count("intent.onnx") == 2  # one a variant


def test_no_file_stays_open(folder: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    Bundle.open(folder, profile=HERE)
    (folder / graph_path()).write_bytes(b"")
    with pytest.raises(BundleError):
        Bundle.open(folder, profile=HERE)
    assert len(os.listdir("/proc/self/fd")) == before


def test_folders_of_profiles_that_are_none_are_no_fault_of_the_bundle(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDGE_PROFILES", "/nowhere/boards")
    with pytest.raises(UsageError) as caught:
        Bundle.open(folder)
    assert caught.value.where == "EDGE_PROFILES: /nowhere/boards"
    assert "is not a folder" in caught.value.what
    assert "export" not in str(caught.value)


def test_the_variant_is_the_one_closest_to_the_machine(folder: Path) -> None:
    assert Bundle.open(folder, machine=HUB).variant.profile == "x86-64-hub"


def test_no_variant_for_the_machine(folder: Path) -> None:
    other = Machine("armv7l", frozenset(), 1, 128, "a toaster")
    with pytest.raises(BundleError, match="raspberry-pi-4, x86-64-hub") as caught:
        Bundle.open(folder, machine=other)
    assert "profile=" in caught.value.hint


def test_a_profile_the_bundle_does_not_have(folder: Path) -> None:
    with pytest.raises(UsageError, match="raspberry-pi-4, x86-64-hub"):
        Bundle.open(folder, profile="raspberry-pi-9")


def test_an_asset_or_task_the_bundle_does_not_have(folder: Path) -> None:
    bundle = Bundle.open(folder, profile=HERE)
    with pytest.raises(BundleError, match=r"assets/vocabulary\.txt"):
        bundle.asset("assets/none")
    with pytest.raises(BundleError):
        bundle.asset(graph_path())
    with pytest.raises(BundleError, match="intent"):
        bundle.graph_bytes("speech")


def test_a_bundle_may_be_reached_through_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(folder)
    assert Bundle.open(tmp_path / "current", profile=HERE).name == "home"


def test_keys_this_runtime_does_not_know_are_left_alone(folder: Path) -> None:
    edit(folder, lambda manifest: manifest.update(colour="green"))
    assert Bundle.open(folder, profile=HERE).manifest["colour"] == "green"


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(BundleNotFound, match="No such file"):
        Bundle.open(tmp_path / "none.edge")
    with pytest.raises(BundleNotFound):
        Bundle.open("nul\0byte")


def test_a_folder_that_is_no_bundle(tmp_path: Path) -> None:
    refused(tmp_path, BundleFormatError, "there is no manifest.json")


@pytest.mark.parametrize("path", [*bundles.contents()])
def test_a_truncated_file(folder: Path, path: str) -> None:
    whole = (folder / path).read_bytes()
    (folder / path).write_bytes(whole[:-1])
    error = refused(folder, BundleIntegrityError, f"has {len(whole) - 1} bytes")
    assert error.where == f"{folder}: {path}"
    assert str(len(whole)) in error.allowed


@pytest.mark.parametrize("path", [*bundles.contents()])
def test_one_byte_altered(folder: Path, path: str) -> None:
    data = bytearray((folder / path).read_bytes())
    before = bundles.digest(bytes(data))
    data[len(data) // 2] ^= 1
    (folder / path).write_bytes(data)
    error = refused(folder, BundleIntegrityError, bundles.digest(bytes(data)))
    assert error.where == f"{folder}: {path}"
    assert before in error.allowed


@pytest.mark.parametrize("path", [*bundles.contents()])
def test_a_missing_file(folder: Path, path: str) -> None:
    (folder / path).unlink()
    assert refused(folder, BundleIntegrityError, "is missing").where == f"{folder}: {path}"


@pytest.mark.parametrize("path", ["extra", "assets/extra", "variants/x86-64-hub/extra.onnx"])
def test_an_extra_file(folder: Path, path: str) -> None:
    (folder / path).write_bytes(b"")
    assert refused(folder, BundleIntegrityError, "not listed").where == f"{folder}: {path}"


def test_a_file_that_is_a_link(folder: Path, tmp_path: Path) -> None:
    """Even one that leads to the very bytes that are listed."""
    (folder / VOCABULARY).rename(tmp_path / "elsewhere")
    (folder / VOCABULARY).symlink_to(tmp_path / "elsewhere")
    refused(folder, BundleFormatError, "is a link")


def test_a_folder_that_is_a_link(folder: Path, tmp_path: Path) -> None:
    (folder / "assets").rename(tmp_path / "elsewhere")
    (folder / "assets").symlink_to(tmp_path / "elsewhere")
    refused(folder, BundleFormatError, "is a link")


def test_a_manifest_that_is_a_link(folder: Path, tmp_path: Path) -> None:
    (folder / "manifest.json").rename(tmp_path / "elsewhere")
    (folder / "manifest.json").symlink_to(tmp_path / "elsewhere")
    refused(folder, BundleFormatError, "is a link")


@pytest.mark.parametrize("path", [VOCABULARY, "manifest.json", "assets/extra"])
def test_a_fifo_instead_of_a_file(folder: Path, path: str) -> None:
    """Opening it would wait for ever."""
    (folder / path).unlink(missing_ok=True)
    os.mkfifo(folder / path)
    refused(folder, BundleFormatError, "is a fifo")


def test_a_socket_instead_of_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / VOCABULARY).unlink()
    monkeypatch.chdir(folder / "assets")  # a socket's address is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("vocabulary.txt")
        refused(folder, BundleFormatError, "is a socket")


def test_a_fifo_instead_of_a_bundle(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "home.edge")
    with pytest.raises(BundleFormatError, match="is a fifo"):
        Bundle.open(tmp_path / "home.edge")


def test_a_file_swapped_for_a_link_while_it_is_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and opening; the bytes behind the link are the right ones."""
    place, elsewhere = folder / VOCABULARY, tmp_path / "elsewhere"
    really_open = os.open

    def swapping(path: Any, *args: Any, **kwargs: Any) -> int:
        if path == "vocabulary.txt":
            place.rename(elsewhere)
            place.symlink_to(elsewhere)
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", swapping)
    with pytest.raises(BundleIntegrityError, match="cannot be read"):
        Bundle.open(folder, profile=HERE)


def test_too_many_files(folder: Path) -> None:
    for number in range(limits.BUNDLE_FILES + 1):
        (folder / "assets" / f"{number}").touch()
    with pytest.raises(BundleFormatError, match="one file too many"):
        Bundle.open(folder, profile=HERE)


def test_names_are_shown_without_what_a_terminal_would_obey(folder: Path) -> None:
    (folder / "assets" / "\x1b[2Jgone").touch()
    error = refused(folder, BundleFormatError, "control character")
    assert "\x1b" not in str(error)
    assert "\x1b" not in json.dumps(verify(folder).to_dict()).encode().decode("unicode_escape")


@pytest.mark.parametrize("build", graphs.FORBIDDEN.values(), ids=graphs.FORBIDDEN)
@pytest.mark.parametrize("profile", bundles.PROFILES)
def test_a_forbidden_graph_with_a_correct_hash(folder: Path, build: Any, profile: str) -> None:
    """In the variant that would run, and in one that would not."""
    bundles.substitute(folder, graph_path(profile), build())
    error = refused(folder, ForbiddenGraph, graph_path(profile))
    assert error.allowed


def test_bytes_that_are_no_graph(folder: Path) -> None:
    bundles.substitute(folder, graph_path(), b"not a graph")
    refused(folder, BundleFormatError, graph_path())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_open_and_verify_never_disagree(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever happens to a byte of whatever file, and to a tar of it."""
    folder = bundles.good(tmp_path_factory.mktemp("bundle"))
    path: Path = folder
    if data.draw(st.booleans(), label="tar"):
        path = place = bundles.tar_of(folder, folder.with_suffix(".tar"))
    else:
        place = folder / data.draw(st.sampled_from(bundles.files_of(folder)), label="file")
    content = bytearray(place.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1), label="at")
    content[at] = data.draw(st.integers(0, 255), label="byte")
    place.write_bytes(content)
    try:
        Bundle.open(path, profile=HERE)
        opened = True
    except UsageError:  # the name of a variant was hit
        return
    except BundleError:
        opened = False
    assert verify(path).ok == opened


def test_what_opening_imports(folder: Path) -> None:
    """Nothing that is slow to start or that only a workstation has."""
    script = (
        "import sys; from edge.bundle.bundle import Bundle;"
        "Bundle.open(sys.argv[1], profile=sys.argv[2]); print(*sys.modules)"
    )
    command = [sys.executable, "-c", script, str(folder), HERE]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "edge.bundle.bundle" in loaded
    assert not loaded & {"export", "onnx", "tarfile", "pickle", "asyncio", "numpy", "onnxruntime"}


def test_a_bundle_is_named_though_what_lies_in_it_begins_alike() -> None:
    error = BundleFormatError("is missing", where="manifest.json", allowed="one", hint="write it")
    named = error.inside("m")
    assert type(named) is BundleFormatError
    assert (named.where, named.allowed, named.hint) == ("m: manifest.json", "one", "write it")
    assert named.inside("m") is named
    assert BundleNotFound("is not there", where="m").inside("m").where == "m"
