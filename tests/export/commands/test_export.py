"""`edge export`: a run folder in, a bundle out."""

from __future__ import annotations

import json
import os
import re
import shutil
import tarfile
from pathlib import Path

import onnx
import pytest

import device_profiles
from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.cli import main
from export.recipes.intent.packing import TrainedIntent

HUB = "x86-64-hub"


@pytest.fixture(autouse=True)
def no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


def export(run: Path, out: Path, *options: object, profiles: str = HUB) -> int:
    arguments = ["export", str(run), "--out", str(out), "--profiles", profiles]
    return main([*arguments, *map(str, options)])


class TestBundle:
    def test_for_people(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        target = tmp_path / "home.edge"
        assert export(run_folder, target, profiles=f"raspberry-pi-4, {HUB}") == 0
        output = capsys.readouterr()
        assert output.out.splitlines()[-1] == f"wrote {target}"
        assert "frame % on dev" in output.out
        assert "-0.00" not in output.out
        assert "int8-dynamic" in output.err  # progress, a scheme a line
        assert verify(target).ok

    def test_for_programs(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert [variant["profile"] for variant in found["tasks"]["intent"]["variants"]] == [HUB]
        assert found["tasks"]["intent"]["variants"][0]["latency"] == {}

    def test_every_profile_there_is_where_none_is_named(
        self, run_folder: Path, tmp_path: Path
    ) -> None:
        import device_profiles

        assert main(["export", str(run_folder), "--out", str(tmp_path / "all.edge")]) == 0
        manifest = json.loads((tmp_path / "all.edge" / "manifest.json").read_text("utf-8"))
        names = {variant["profile"] for variant in manifest["variants"]}
        assert names == set(device_profiles.available())

    def test_boards_that_get_the_same_graph_share_its_file(
        self, run_folder: Path, tmp_path: Path
    ) -> None:
        boards = "raspberry-pi-3,raspberry-pi-4"
        target = tmp_path / "two.edge"
        assert main(["export", str(run_folder), "--out", str(target), "--profiles", boards]) == 0
        assert len(list(target.rglob("*.onnx"))) == 1

    def test_name_version_and_sequence(self, run_folder: Path, tmp_path: Path) -> None:
        options = ("--name", "hub", "--bundle-version", "2.1.0", "--sequence", 7)
        assert export(run_folder, tmp_path / "home.edge", *options) == 0
        bundle = Bundle.open(tmp_path / "home.edge", HUB)
        assert (bundle.name, bundle.version, bundle.sequence) == ("hub", "2.1.0", 7)

    def test_a_sequence_never_falls(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "home.edge"
        for options, sequence in ((("--sequence", 7), 7), ((), 7), (("--sequence", 8), 8)):
            assert export(run_folder, out, *options) == 0
            assert Bundle.open(out, HUB).sequence == sequence
        assert export(run_folder, out, "--sequence", 7) == 2
        assert "a number from 8 on" in capsys.readouterr().err
        assert Bundle.open(out, HUB).sequence == 8

    def test_also_as_one_file(self, run_folder: Path, tmp_path: Path) -> None:
        tar = tmp_path / "home.tar"
        assert export(run_folder, tmp_path / "home.edge", "--tar", tar) == 0
        assert tarfile.is_tarfile(tar)
        assert Bundle.open(tar, HUB).name == Bundle.open(tmp_path / "home.edge", HUB).name

    def test_measuring_writes_latencies(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", "--measure", "--json") == 0
        (variant,) = json.loads(capsys.readouterr().out)["tasks"]["intent"]["variants"]
        assert variant["latency"]["where"] == "host"
        assert variant["latency"]["p50_us"] > 0


class TestTime:
    """A bundle says when training ended, not when it was exported."""

    def created(self, bundle: Path) -> str:
        found: str = json.loads((bundle / "manifest.json").read_text("utf-8"))["created"]
        return found

    def test_the_end_of_training(self, run_folder: Path, tmp_path: Path) -> None:
        run = tmp_path / "run"
        shutil.copytree(run_folder, run, ignore=shutil.ignore_patterns("check*"))
        os.utime(run / "run.json", (86400, 86400))
        assert export(run, tmp_path / "home.edge") == 0
        assert self.created(tmp_path / "home.edge") == "1970-01-02T00:00:00Z"

    def test_source_date_epoch_where_it_is_set(
        self, run_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
        assert export(run_folder, tmp_path / "home.edge") == 0
        assert self.created(tmp_path / "home.edge") == "2001-09-09T01:46:40Z"

    @pytest.mark.parametrize(
        "value", ["yesterday", "1.5", "99999999999999999999", "300000000000", "-1"]
    )
    def test_one_that_is_no_time_is_misuse(
        self,
        run_folder: Path,
        tmp_path: Path,
        value: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", value)
        assert export(run_folder, tmp_path / "home.edge") == 2
        error = capsys.readouterr().err
        assert value in error
        assert "seconds since 1970" in error
        assert not (tmp_path / "home.edge").exists()

    def test_the_same_bytes_each_time(self, run_folder: Path, tmp_path: Path) -> None:
        for name in ("one", "two"):
            out, tar = tmp_path / f"{name}.edge", tmp_path / f"{name}.tar"
            assert export(run_folder, out, "--tar", tar, "--name", "same") == 0
        assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


class TestMisuse:
    @pytest.mark.parametrize("share", ["1", "-0.1", "nan"])
    def test_a_share_that_is_none(
        self, run_folder: Path, tmp_path: Path, share: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", f"--false-rejects={share}") == 2
        assert "--false-rejects" in capsys.readouterr().err

    @pytest.mark.parametrize("drop", ["nan", "-inf", "-0.1"])
    def test_a_drop_that_is_no_number_of_points(
        self, run_folder: Path, tmp_path: Path, drop: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", f"--max-drop={drop}") == 2
        assert "--max-drop" in capsys.readouterr().err
        assert not (tmp_path / "home.edge").exists()

    def test_a_sequence_below_nothing(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", "--sequence=-1") == 2
        assert "sequence" in capsys.readouterr().err
        assert not (tmp_path / "home.edge").exists()

    @pytest.mark.parametrize("tar", [".", "home.edge", "home.edge/home.tar", "none/home.tar"])
    def test_a_tar_where_none_can_be_costs_no_bundle(
        self, run_folder: Path, tmp_path: Path, tar: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", "--tar", tmp_path / tar) == 2
        assert "outside of the bundle" in capsys.readouterr().err
        assert not (tmp_path / "home.edge").exists()

    def test_a_file_where_the_bundle_shall_be(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "home.edge").write_text("a letter")
        assert export(run_folder, tmp_path / "home.edge") == 2
        assert "is no folder" in capsys.readouterr().err
        assert (tmp_path / "home.edge").read_text() == "a letter"

    @pytest.mark.parametrize("option", ["--bundle-version", "--name"])
    @pytest.mark.parametrize("text", ["", "1" * 65, "1\n2"])
    def test_a_name_that_is_none(
        self,
        run_folder: Path,
        tmp_path: Path,
        option: str,
        text: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", f"{option}={text}") == 2
        output = capsys.readouterr()
        assert f"{option}: is " in output.err
        assert "int8" not in output.err  # found before the work

    def test_a_place_where_no_bundle_can_be_is_found_before_the_work(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "photos").mkdir()
        (tmp_path / "photos" / "cat.png").write_text("a cat")
        assert export(run_folder, tmp_path / "photos") == 2
        output = capsys.readouterr()
        assert "is a folder with other things in it" in output.err
        assert "int8" not in output.err
        assert export(run_folder, tmp_path / "photos" / "cat.png" / "home.edge") == 2
        output = capsys.readouterr()
        assert "cannot be written" in output.err
        assert "int8" not in output.err
        assert [path.name for path in tmp_path.rglob("*")] == ["photos", "cat.png"]

    def test_weights_that_are_cut_off(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        broken = tmp_path / "broken"
        shutil.copytree(run_folder, broken)
        weights = broken / "student.safetensors"
        weights.write_bytes(weights.read_bytes()[:1000])
        assert export(broken, tmp_path / "home.edge") == 2
        assert "student there is another one" in capsys.readouterr().err

    def test_a_file_is_no_run(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "run.txt").write_text("a letter")
        assert export(tmp_path / "run.txt", tmp_path / "home.edge") == 2
        assert "run.txt: is no folder" in capsys.readouterr().err
        assert export(tmp_path / "rnu", tmp_path / "home.edge") == 2
        assert "rnu: there is no such folder" in capsys.readouterr().err

    @pytest.mark.parametrize("profiles", ["raspberry-pi-99", "", ",", f"{HUB},,", "Pi 4"])
    def test_a_profile_that_is_not_there(
        self, run_folder: Path, tmp_path: Path, profiles: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(run_folder, tmp_path / "home.edge", profiles=profiles) == 2
        assert "allowed:" in capsys.readouterr().err
        assert not (tmp_path / "home.edge").exists()

    def test_a_profile_named_twice_has_one_variant(self, run_folder: Path, tmp_path: Path) -> None:
        assert export(run_folder, tmp_path / "home.edge", profiles=f"{HUB},{HUB}") == 0
        assert [v.name for v in (tmp_path / "home.edge" / "variants").iterdir()] == [HUB]

    def test_a_run_that_is_not_finished(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert export(tmp_path, tmp_path / "home.edge") == 2
        error = capsys.readouterr().err
        assert f"edge: {tmp_path}: is no finished training run: there is no run.json" in error
        assert "--resume" in error

    def test_the_whole_path_is_said_of_a_folder_named_from_here(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert main(["export", ".", "--out", "home.edge"]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"edge: {tmp_path}: is no finished training run")
        assert "Errno" not in error

    def test_a_gate_that_nothing_passes(
        self,
        run_folder: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        (tmp_path / "boards").mkdir()
        hub = (Path(device_profiles.__file__).parent / f"{HUB}.toml").read_text("utf-8")
        bare = re.sub("schemes = .*", 'schemes = ["int8-weights"]', hub)
        (tmp_path / "boards" / "bare.toml").write_text(bare, "utf-8")
        monkeypatch.setenv("EDGE_PROFILES", str(tmp_path / "boards"))

        def garbled(self: object, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto:
            found = onnx.ModelProto()
            found.CopyFrom(graph)
            for weights in found.graph.initializer:
                if scheme != "float" and weights.data_type == onnx.TensorProto.FLOAT:
                    weights.raw_data = bytes(len(weights.raw_data))
            return found

        monkeypatch.setattr(TrainedIntent, "quantized", garbled)
        assert export(run_folder, tmp_path / "home.edge", profiles="bare") == 1
        error = capsys.readouterr().err
        assert "no variant fits profile 'bare'" in error
        assert "refused, the gate allows 0.5" in error
        assert not (tmp_path / "home.edge").exists()

    def test_a_target_that_is_something_else(
        self, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "home.edge").write_text("a diary")
        assert export(run_folder, tmp_path / "home.edge") != 0
        assert (tmp_path / "home.edge").read_text() == "a diary"
        assert "Traceback" not in capsys.readouterr().err
