"""The command line: verbs, output for people and programs, exit statuses."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import edge
import edge.models
from edge.cli import main
from edge.commands.lines import describe, sentences
from edge.commands.run import answer
from edge.events import Command, Rejected
from edge.limits import LINE_BYTES
from tests.edge.tiny_bundle import HERE, make_tiny_bundle

ROOT = Path(__file__).parents[2]
RUNTIME_VERBS = ("run", "listen", "phrase", "suggest", "verify", "profiles", "doctor", "bench")
VERBS = (*RUNTIME_VERBS, "train", "export")


def process(
    *arguments: str, path: Path | None = None, flags: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run `python -m edge` from the source tree."""
    parts = [str(part) for part in (path, ROOT) if part]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(parts)}
    return subprocess.run(
        [sys.executable, *flags, "-m", "edge", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
    )


class TestHelp:
    def test_every_verb_is_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--help"]) == 0
        output = capsys.readouterr().out
        for verb in VERBS:
            assert f"\n    {verb} " in output

    @pytest.mark.parametrize(
        "verb", ["run", "listen", "phrase", "suggest", "verify", "profiles", "doctor", "bench"]
    )
    def test_each_verb_shows_examples(self, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([verb, "--help"]) == 0
        output = capsys.readouterr().out
        assert "examples:" in output
        assert f"edge {verb}" in output

    def test_the_version_is_the_packages(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--version"]) == 0
        assert capsys.readouterr().out == f"edge {edge.__version__}\n"

    def test_help_does_not_wait_for_onnxruntime(self) -> None:
        done = process("run", "--help", flags=("-X", "importtime"))
        assert done.returncode == 0
        assert "onnxruntime" not in done.stderr
        assert "numpy" not in done.stderr


class TestBundleThatShips:
    def test_it_answers_where_none_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", "--text", "turn off the kitchen lights"]) == 0
        assert capsys.readouterr().out.startswith("TurnOff ")

    def test_it_is_told_where_something_is_said(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["run", "--text", "turn on the reading lamp", "--area", "Office"]) == 0
        assert "light.reading_study" in capsys.readouterr().out
        assert main(["run", "--text", "turn on the reading lamp", "--area", "cellar"]) == 2
        assert "'cellar' is no area of this home" in capsys.readouterr().err

    def test_a_kind_mistyped_in_a_home_is_told_of(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        home = tmp_path / "home.toml"
        home.write_text('[[devices]]\nid = "desk"\nname = "Desk lamp"\nkind = "lihgt"\n')
        assert main(["run", "--home", str(home), "--text", "turn on the desk lamp"]) == 1
        assert f"{home}: no sentence speaks of devices of the kind 'lihgt' (desk)" in (
            capsys.readouterr().err
        )

    def test_it_suggests_what_a_home_could_do(self, capsys: pytest.CaptureFixture[str]) -> None:
        moment = ("suggest", "--at", "2024-01-08T07:30", "--everything")
        home = str(ROOT / "export" / "samples" / "home" / "home.toml")
        assert main([*moment, "--home", home, "-k", "1"]) == 0
        assert " %" in capsys.readouterr().out
        assert main([*moment]) == 0
        found = capsys.readouterr()
        assert found.out == ""
        assert "--home says what devices there are" in found.err

    def test_a_copy_without_it_says_what_to_do(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(edge.models, "NAME", "none.edge")
        assert main(["run", "--text", "stop"]) == 2
        assert "name a bundle" in capsys.readouterr().err


class TestMisuse:
    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["sing"],
            ["verify"],
            ["profiles"],
            ["profiles", "show"],
            ["verify", "a", "b"],
            ["doctor", "--timeout", "-1"],
            ["doctor", "--timeout", "soon"],
        ],
    )
    def test_misuse_ends_with_2_and_an_explanation(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "usage: edge" in captured.err

    def test_an_argument_too_many_shows_what_the_verb_takes(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["run", "home.edge", "turn it off"]) == 2
        shown = capsys.readouterr().err
        assert "usage: edge run" in shown
        assert "--text SENTENCE" in shown
        assert shown.endswith("edge run: error: unrecognized arguments: 'turn it off'\n")

    def test_an_error_says_what_is_allowed_and_has_no_traceback(self) -> None:
        done = process("profiles", "show", "rasberry-pi-4")
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.startswith("edge: there is no profile 'rasberry-pi-4'\n")
        assert "did you mean 'raspberry-pi-4'?" in done.stderr
        assert "Traceback" not in done.stderr

    def test_with_json_the_error_is_a_document_too(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["profiles", "show", "rasberry-pi-4", "--json"]) == 2
        document = json.loads(capsys.readouterr().out)
        assert document["type"] == "error"
        assert document["error"] == "ProfileError"
        assert document["help"] == "did you mean 'raspberry-pi-4'?"

    def test_a_bundle_that_is_not_there_is_misuse(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["verify", "/nowhere/home.edge"]) == 2
        assert "/nowhere/home.edge" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("named", "option"), [("turn it off", "--text"), ("orders/1.WAV", "--wav")]
    )
    def test_what_is_no_bundle_by_its_looks_is_told_its_option(
        self, named: str, option: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["run", named]) == 2
        assert f'edge run {option} "{named}"' in capsys.readouterr().err

    @pytest.mark.parametrize("verb", [("run", "", "--text", "stop"), ("verify", "")])
    def test_a_bundle_with_an_empty_name_is_called_so(
        self, verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(verb) == 2
        assert capsys.readouterr().err.startswith("edge: the name of the bundle is empty\n")

    @pytest.mark.parametrize("seconds", ["soon", "0", "nan", "86401"])
    def test_a_time_limit_is_told_what_it_may_be(
        self, seconds: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["doctor", "--timeout", seconds]) == 2
        assert capsys.readouterr().err.endswith(
            f"--timeout: {seconds!r} is no number of seconds above 0 and at most 86400\n"
        )


class TestProfiles:
    def test_the_list_is_a_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["profiles", "list"]) == 0
        header, rule, *rows = capsys.readouterr().out.splitlines()
        assert header.startswith("profile ")
        assert set(rule) == {"-", " "}
        assert "raspberry-pi-zero-2w" in [row.split()[0] for row in rows]

    def test_the_list_is_one_json_document(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["profiles", "list", "--json"]) == 0
        names = [profile["name"] for profile in json.loads(capsys.readouterr().out)]
        assert "x86-64-hub" in names

    def test_one_is_shown_in_full(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["profiles", "show", "raspberry-pi-5"]) == 0
        assert "asimddp" in capsys.readouterr().out
        assert main(["profiles", "show", "raspberry-pi-5", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["core"] == "cortex-a76"

    def test_detect_names_this_machine(self, capsys: pytest.CaptureFixture[str]) -> None:
        status = main(["profiles", "detect", "--json"])
        document = json.loads(capsys.readouterr().out)
        assert document["machine"]["cores"] >= 1
        assert status == (0 if document["closest"] else 1)
        assert main(["profiles", "detect"]) == status


class TestVerify:
    def test_an_empty_folder_is_no_bundle(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["verify", str(tmp_path)]) == 1
        output = capsys.readouterr().out
        assert "missing" in output
        assert output.endswith("refused: 1 finding\n")

    def test_nothing_is_said_of_a_folder_but_that_it_has_no_manifest(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / ".git").mkdir()
        (tmp_path / "run.json").write_text("{}")
        assert main(["verify", str(tmp_path)]) == 1
        output = capsys.readouterr().out
        assert "there is no manifest.json" in output
        assert output.endswith("refused: 1 finding\n")

    def test_json_says_the_same(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["verify", str(tmp_path), "--json"]) == 1
        document = json.loads(capsys.readouterr().out)
        assert document["ok"] is False
        assert document["findings"][0]["kind"] == "missing"


class TestSentences:
    """What `edge run` makes of standard input."""

    def read(self, data: bytes) -> list[str | Rejected]:
        return list(sentences(io.BytesIO(data)))

    def test_one_a_line_whatever_the_line_ends(self) -> None:
        assert self.read(b"lamp on\r\n\nlamp off") == ["lamp on", "", "lamp off"]

    def test_a_byte_order_mark_is_no_part_of_the_first(self) -> None:
        assert self.read(b"\xef\xbb\xbflamp on\nlamp off") == ["lamp on", "lamp off"]

    def test_a_line_that_is_no_text_is_rejected_and_the_next_is_read(self) -> None:
        first, second = self.read(b"lamp \xff\xfe on\nlamp on\n")
        assert isinstance(first, Rejected)
        assert first.code == "not_text"
        assert first.reason == "the line is not UTF-8: byte 0xff at 5"
        assert second == "lamp on"

    def test_a_line_too_long_is_rejected_and_the_next_is_read(self) -> None:
        first, second = self.read(b"a" * (3 * LINE_BYTES + 7) + b"\nlamp on\n")
        assert isinstance(first, Rejected)
        assert first.code == "too_long"
        assert len(first.text) == 80
        assert second == "lamp on"

    @pytest.mark.parametrize("size", [LINE_BYTES - 1, LINE_BYTES])
    def test_a_line_just_short_enough_is_read(self, size: int) -> None:
        assert self.read(b"a" * size + b"\n" + b"b") == ["a" * size, "b"]

    def test_an_enormous_last_line_ends_the_input(self) -> None:
        (only,) = self.read(b"a" * (2 * LINE_BYTES + 1))
        assert isinstance(only, Rejected)

    @given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=20))
    def test_as_many_answers_as_lines(self, lines: list[bytes]) -> None:
        found = self.read(b"".join(line + b"\n" for line in lines))
        assert len(found) == len(lines)
        for line, sentence in zip(lines, found, strict=True):
            if isinstance(sentence, str) and not line.startswith(b"\xef\xbb\xbf"):
                assert sentence.encode() == line.rstrip(b"\r\n")

    def test_what_was_rejected_while_reading_is_not_understood_again(self) -> None:
        rejected = Rejected("not_text", "no")
        assert answer(rejected, Command) is rejected

    def test_bytes_on_the_command_line_that_are_no_text_are_rejected(self) -> None:
        event = answer("lamp \udcff", Command)
        assert isinstance(event, Rejected)
        assert event.code == "not_text"
        json.dumps(event.to_dict(), ensure_ascii=False).encode("utf-8")


class TestDescription:
    """A result as one line for people."""

    def test_a_command(self) -> None:
        command = Command("set", {"name": "lamp", "level": 40}, ("light.lamp",), 0.934, "model")
        assert describe(command) == "set name='lamp' level=40 -> light.lamp (model 0.93)"

    def test_several_commands_of_one_sentence(self) -> None:
        assert describe(Command("on", also=(Command("off"),))) == (
            "on (grammar 1.00); off (grammar 1.00)"
        )

    def test_a_rejection_gives_its_reason(self) -> None:
        event = Rejected("unknown_name", "no device called 'porch lamp'")
        assert describe(event) == "rejected (unknown_name): no device called 'porch lamp'"

    @given(st.text(), st.dictionaries(st.text(), st.text()))
    def test_it_is_always_one_printable_line(self, text: str, slots: dict[str, str]) -> None:
        assert describe(Command(text, slots)).isprintable()
        assert describe(Rejected("unsure", text)).isprintable()


class TestPlugins:
    """Verbs that other packages add."""

    def install(self, folder: Path, code: str) -> Path:
        (folder / "greeting.py").write_text(code)
        info = folder / "greeting-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[edge.commands]\ngreet = greeting:command\n")
        return folder

    GOOD = (
        "class Greet:\n"
        "    help = 'say hello'\n"
        "    def add_arguments(self, parser):\n"
        "        parser.add_argument('name')\n"
        "    def run(self, args):\n"
        "        print('hello', args.name)\n"
        "        return 3\n"
        "command = Greet()\n"
    )

    def test_a_verb_of_another_package_runs(self, tmp_path: Path) -> None:
        done = process("greet", "you", path=self.install(tmp_path, self.GOOD))
        assert (done.returncode, done.stdout) == (3, "hello you\n")

    def test_it_is_listed_without_being_imported(self, tmp_path: Path) -> None:
        done = process("--help", path=self.install(tmp_path, "raise SystemExit('imported')\n"))
        assert done.returncode == 0
        assert "greet" in done.stdout

    @pytest.mark.parametrize(
        "code",
        ["import torch_that_is_not_there\n", GOOD.replace("print(", "import not_there; print(")],
    )
    def test_what_it_lacks_is_said_with_how_to_install_it(self, tmp_path: Path, code: str) -> None:
        done = process("greet", "you", path=self.install(tmp_path, code))
        assert done.returncode == 2
        assert "which is not installed" in done.stderr
        assert 'pip install "hearth-edge[export]"' in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_fault_of_the_code_is_shown_as_it_is(self, tmp_path: Path) -> None:
        code = self.GOOD.replace("print(", "raise ZeroDivisionError(")
        done = process("greet", "you", path=self.install(tmp_path, code))
        assert done.returncode == 1
        assert "ZeroDivisionError" in done.stderr


class TestEnds:
    """How the process ends when something outside it does."""

    def test_a_reader_that_goes_away_ends_it_quietly(self) -> None:
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run(
            [sys.executable, "-m", "edge", "profiles", "list", "--json"],
            stdout=writer,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        os.close(writer)
        assert (done.returncode, done.stderr) == (141, "")

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-"])
    def test_streams_that_are_closed_are_no_traceback(self, closed: str, tmp_path: Path) -> None:
        bundle = shlex.quote(str(make_tiny_bundle(tmp_path / "tiny.edge")))
        done = subprocess.run(
            f"{shlex.quote(sys.executable)} -m edge run {bundle} --profile {HERE} {closed}",
            shell=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert "Traceback" not in done.stderr
        assert done.returncode == 2
        assert "is closed\n  allowed: a pipe, a file or a terminal\n" in done.stderr

    def test_json_is_json_on_a_terminal_without_umlauts(self, tmp_path: Path) -> None:
        bundle = make_tiny_bundle(tmp_path / "tiny.edge")
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "edge",
                "run",
                bundle,
                "--profile",
                HERE,
                "--json",
                "--text",
                "ü😀",
            ],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
        )
        assert json.loads(done.stdout)["text"] == "ü😀"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_a_full_disk_is_an_error_in_words(self) -> None:
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [sys.executable, "-m", "edge", "profiles", "list"],
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
        assert done.returncode == 1
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr

    def test_an_interruption_ends_it_with_130(self, tmp_path: Path) -> None:
        # A test run in a shell's background inherits that interruptions are ignored.
        interrupt = (
            "import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
            "os.kill(os.getpid(), signal.SIGINT); "
        )
        code = TestPlugins.GOOD.replace("print(", f"{interrupt}print(")
        done = process("greet", "you", path=TestPlugins().install(tmp_path, code))
        assert (done.returncode, done.stderr) == (130, "")

    def test_a_terminal_without_the_characters_gets_escapes(self, tmp_path: Path) -> None:
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        done = subprocess.run(
            [sys.executable, "-m", "edge", "profiles", "show", "Küche"],
            capture_output=True,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        assert done.returncode == 2
        assert "K\\xfcche" in done.stderr
