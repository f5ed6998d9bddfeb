"""`edge bench`: a bundle measured, told to people and to programs, held against its budget."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import device_profiles
from edge.bench import suite
from edge.bundle.verify import verify
from edge.cli import main
from edge.commands.bench import describe
from edge.errors import UsageError
from tests.edge.tiny_bundle import GOLDEN, HERE, SMALL, make_tiny_bundle

SHORT = suite.Effort(answers=0.02, overhead=0.02, processes=0.0, least_processes=1, homes=0.01)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("bench") / "tiny.edge")


@pytest.fixture(scope="module")
def document(bundle: Path) -> Mapping[str, Any]:
    """One short benchmark, which most tests look at."""
    request = suite.Request(
        str(bundle), profile=HERE, homes=(0, 40), effort=SHORT, command="edge bench tiny.edge"
    )
    return suite.run(request)


class TestDocument:
    def test_it_is_plain_data(self, document: Mapping[str, Any]) -> None:
        assert json.loads(json.dumps(document, allow_nan=False)) == document

    def test_it_says_what_was_measured_on_what(
        self, document: Mapping[str, Any], bundle: Path
    ) -> None:
        assert document["bundle"]["profile"] == HERE
        assert document["bundle"]["scheme"] == "float"
        assert document["threads"] == 1
        assert document["sentences"] == {"from": "golden", "count": len(GOLDEN)}
        assert document["command"] == "edge bench tiny.edge"
        assert document["kind"] in ("host", "emulated")
        assert {"machine", "versions", "commit"} <= document.keys()
        assert str(bundle) not in json.dumps(document)

    def test_answers_are_told_apart_by_who_gave_them(self, document: Mapping[str, Any]) -> None:
        latency = document["latency"]
        groups = latency["answer_by_source"]
        assert set(groups) == {"grammar", "model", "rejected"}
        assert sum(one["calls"] for one in groups.values()) == latency["answer"]["calls"]
        for one in (latency["answer"], *groups.values()):
            assert 0 < one["min_us"] <= one["p50_us"] <= one["p90_us"] <= one["p99_us"]

    def test_the_frame_stands_beside_the_bare_run(self, document: Mapping[str, Any]) -> None:
        latency = document["latency"]
        frame, alone = latency["frame"], latency["session_run"]
        assert frame["calls"] == alone["calls"]
        assert latency["overhead"]["p50_us"] == pytest.approx(
            frame["p50_us"] - alone["p50_us"], abs=0.02
        )

    def test_start_and_memory_are_of_fresh_processes(self, document: Mapping[str, Any]) -> None:
        start = document["start"]
        parts = ("import_numpy_onnxruntime_ms", "import_edge_ms", "load_ms", "first_answer_ms")
        assert all(start[name] > 0 for name in parts)
        assert start["to_first_answer_ms"] > sum(start[name] for name in parts) * 0.99

    @pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="Linux only")
    def test_memory_is_what_the_bundle_adds(self, document: Mapping[str, Any]) -> None:
        memory = document["memory"]
        for name in ("rss", "pss", "private", "anonymous"):
            assert 0 < memory[f"{name}_mib"] < 100
            assert memory[f"bare_{name}_mib"] > 5

    def test_sizes_are_those_on_disk(self, document: Mapping[str, Any], bundle: Path) -> None:
        sizes = {
            str(path.relative_to(bundle)): path.stat().st_size
            for path in bundle.rglob("*")
            if path.is_file()
        }
        other = sizes[f"variants/{SMALL}/intent.onnx"]
        assert document["bytes"] == {
            "bundle": sum(sizes.values()),
            "device": sum(sizes.values()) - other,
            "graph": sizes[f"variants/{HERE}/intent.onnx"],
        }

    def test_homes_of_every_size_are_timed(self, document: Mapping[str, Any]) -> None:
        assert [home["added"] for home in document["homes"]] == [0, 40]
        assert [home["devices"] for home in document["homes"]] == [5, 45]
        for home in document["homes"]:
            for kind in ("matched", "unknown", "unmatched"):
                assert home[kind]["p50_us"] > 0

    def test_people_get_the_same_as_tables(self, document: Mapping[str, Any]) -> None:
        text = describe(document)
        for words in (
            "tiny 1.0, variant x86-64-hub (float), 1 thread\n",
            "text to answer",
            "  by the grammar",
            "bare session.run",
            "45 devices, unmatched",
            "process start to first answer",
            "what this board needs of it",
            "budget of x86-64-hub",
            "chosen because the only scheme that was tried",
        ):
            assert words in text
        assert all(line == line.rstrip() for line in text.splitlines())

    def test_memory_that_nobody_tells_is_said(self, document: Mapping[str, Any]) -> None:
        assert "memory: this system does not tell" in describe({**document, "memory": None})


class TestOtherBundles:
    def test_without_a_grammar_the_model_is_measured(self, tmp_path: Path) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge", with_grammar=False)
        said = tmp_path / "said.txt"
        said.write_text("the fan off now\n\n  tell me a story\n", encoding="utf-8")
        request = suite.Request(str(path), sentences=str(said), profile=SMALL, effort=SHORT)
        document = suite.run(request)
        assert set(document["latency"]["answer_by_source"]) == {"model", "rejected"}
        assert document["sentences"] == {"from": "said.txt", "count": 2}
        assert document["homes"] == []
        assert "home" not in describe(document).splitlines()

    def test_a_size_of_home_means_nothing_without_a_grammar(self, tmp_path: Path) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge", False, {"golden": [{"text": "fan off"}]})
        with pytest.raises(UsageError, match="the bundle has no grammar"):
            suite.run(suite.Request(str(path), profile=HERE, homes=(10,), effort=SHORT))

    def test_sentences_without_words_have_no_frame_to_time(
        self, bundle: Path, tmp_path: Path
    ) -> None:
        said = tmp_path / "said.txt"
        said.write_text("?!\n", encoding="utf-8")
        request = suite.Request(str(bundle), sentences=str(said), profile=HERE, effort=SHORT)
        document = suite.run(request)
        assert document["latency"]["overhead"] is None
        assert "bare session.run" not in describe(document)


class TestCommand:
    @pytest.fixture(autouse=True)
    def short(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(suite, "QUICK", SHORT)

    def test_it_prints_tables(self, bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["bench", str(bundle), "--quick", "--profile", HERE]) == 0
        captured = capsys.readouterr()
        assert captured.out.startswith("tiny 1.0, variant x86-64-hub (float), 1 thread\n")
        assert captured.err == ""

    def test_json_is_printed_and_saved_the_same(
        self, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "bench.json"
        out.write_text("old")
        arguments = ["--quick", "--profile", HERE, "--kind", "emulated", "--json"]
        assert main(["bench", str(bundle), *arguments, "--out", str(out)]) == 0
        printed = json.loads(capsys.readouterr().out)
        assert json.loads(out.read_bytes()) == printed
        assert printed["type"] == "bench"
        assert printed["kind"] == "emulated"
        assert printed["command"] == (
            f"edge bench tiny.edge --profile {HERE} --kind emulated --quick"
        )
        assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]

    def test_strict_fails_when_a_figure_is_over_its_budget(
        self, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shipped = Path(device_profiles.__file__).parent / f"{HERE}.toml"
        text = shipped.read_text(encoding="utf-8")
        assert "bundle_mb = 5.0" in text
        (tmp_path / f"{HERE}.toml").write_text(text.replace("bundle_mb = 5.0", "bundle_mb = 0.001"))
        monkeypatch.setenv("EDGE_PROFILES", str(tmp_path))
        arguments = ["bench", str(bundle), "--quick", "--profile", HERE]
        assert main(arguments) == 0
        assert main([*arguments, "--strict"]) == 1

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--homes", "ten"],
            ["--homes", "-1"],
            ["--homes", "1,,2"],
            ["--homes", "99999999"],
            ["--homes", ",".join("123456789")],
            ["--kind", "estimated"],
        ],
    )
    def test_misuse_ends_with_2(self, bundle: Path, arguments: list[str]) -> None:
        assert main(["bench", str(bundle), *arguments]) == 2

    @pytest.mark.parametrize("out", ["", "none/bench.json"])
    def test_a_file_that_cannot_be_written_is_said_before_measuring(
        self, bundle: Path, tmp_path: Path, out: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["bench", str(bundle), "--out", str(tmp_path / out)]) == 2
        assert "cannot be written" in capsys.readouterr().err

    def test_no_sentences_are_an_error_that_says_what_to_pass(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge", with_grammar=False)
        assert main(["bench", str(path), "--profile", HERE]) == 2
        assert "--sentences FILE" in capsys.readouterr().err


def test_the_tiny_bundle_is_a_good_one(bundle: Path) -> None:
    assert verify(bundle).ok
