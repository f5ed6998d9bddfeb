"""A bundle as a tar: the same bundle, and nothing but plain files and folders."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.errors import BundleFormatError
from tests.edge.attacks import bundles
from tests.edge.attacks.bundles import HERE, VOCABULARY, graph_path
from tests.edge.attacks.expect import refused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bundles.good(tmp_path / "home.edge")


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])
@pytest.mark.parametrize("prefix", ["", "./"])
def test_a_tar_is_the_same_bundle(folder: Path, tmp_path: Path, format: int, prefix: str) -> None:
    tar = bundles.tar_of(folder, tmp_path / "home.tar", format=format, prefix=prefix)
    bundle = Bundle.open(tar, profile=HERE)
    assert bundle.graph_bytes("intent") == (folder / graph_path()).read_bytes()
    assert verify(tar).ok


def test_a_tar_made_with_the_tar_command(folder: Path, tmp_path: Path) -> None:
    tar = tmp_path / "home.tar"
    command = ["tar", "--format=ustar", "-C", str(folder), "-cf", str(tar), "."]
    subprocess.run(command, check=True)
    assert Bundle.open(tar, profile=HERE).name == "home"


def member(name: str, kind: bytes, target: str = "", size: int = 0) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.size = kind, target, size
    return made


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (member("assets/link", tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
        (member("assets/link", tarfile.LNKTYPE, "manifest.json"), "is a hard link"),
        (member("assets/fifo", tarfile.FIFOTYPE), "is a fifo"),
        (member("assets/device", tarfile.CHRTYPE), "is a device"),
        (member("/etc/passwd", tarfile.REGTYPE), "absolute path"),
        (member("assets/../../escaped", tarfile.REGTYPE), "leads out of the bundle"),
        (member("../escaped", tarfile.DIRTYPE), "leads out of the bundle"),
        (member(VOCABULARY, tarfile.REGTYPE), "in the archive twice"),
        (member("assets/sparse", tarfile.GNUTYPE_SPARSE), "sparse"),
    ],
)
def test_a_tar_with_a_member_that_may_not_be_there(
    folder: Path, tmp_path: Path, extra: tarfile.TarInfo, words: str
) -> None:
    tar = bundles.tar_of(folder, tmp_path / "home.tar", extra=(extra,))
    refused(tar, BundleFormatError, words)


def test_a_tar_with_pax_headers(folder: Path, tmp_path: Path) -> None:
    def timed(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime = 1.5
        return member

    tar = bundles.tar_of(folder, tmp_path / "home.tar", timed, format=tarfile.PAX_FORMAT)
    refused(tar, BundleFormatError, "--format=ustar")


def test_a_tar_with_a_negative_size(folder: Path, tmp_path: Path) -> None:
    """Python's tarfile takes this for a way backwards and can loop for ever."""
    tar = bundles.tar_of(folder, tmp_path / "home.tar")
    data = bytearray(tar.read_bytes())
    data[124:136] = b"\xff" * 12
    data[148:156] = b"%06o\0 " % (sum(data[:148]) + 8 * 32 + sum(data[156:512]))
    tar.write_bytes(data)
    refused(tar, BundleFormatError, "not octal")


@pytest.mark.parametrize("keep", [0, 1, 511, 512, 700, 5000])
def test_a_truncated_tar(folder: Path, tmp_path: Path, keep: int) -> None:
    tar = bundles.tar_of(folder, tmp_path / "home.tar")
    tar.write_bytes(tar.read_bytes()[:keep])
    refused(tar, BundleFormatError, "cut off")


def test_a_tar_with_data_after_its_end(folder: Path, tmp_path: Path) -> None:
    tar = bundles.tar_of(folder, tmp_path / "home.tar")
    with tar.open("ab") as file:
        file.write(b"x" * 512)
    refused(tar, BundleFormatError, "after its end")


def test_a_compressed_tar(folder: Path, tmp_path: Path) -> None:
    tar = tmp_path / "home.tar.gz"
    with tarfile.open(tar, "w:gz") as archive:
        archive.add(folder, ".")
    with tar.open("ab") as file:  # longer than one header
        file.write(bytes(1024))
    refused(tar, BundleFormatError, "is no tar")
