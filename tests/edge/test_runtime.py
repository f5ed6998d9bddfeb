"""`Runtime`: the face of the package, on a bundle that truly answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import edge
from edge import Area, Command, Device, Home, Rejected, Runtime
from edge.errors import BundleFormatError, BundleNotFound, HomeError, UsageError
from export.bundle_writer import pack
from tests.edge import golden_tiny
from tests.edge.attacks import bundles
from tests.edge.tiny_bundle import HERE, SMALL, make_tiny_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("runtime") / "tiny.edge")


@pytest.fixture
def hub(bundle: Path) -> Iterator[Runtime]:
    with Runtime.load(bundle, profile=HERE) as runtime:
        yield runtime


class TestLoading:
    def test_it_says_what_was_loaded(self, hub: Runtime) -> None:
        assert (hub.name, hub.version, hub.profile) == ("tiny", "1.0", HERE)

    def test_a_folder_and_its_tar_answer_the_same(self, bundle: Path, tmp_path: Path) -> None:
        tar = pack(bundle, tmp_path / "tiny.tar")
        with Runtime.load(tar, profile=HERE) as packed, Runtime.load(bundle, profile=HERE) as plain:
            text = "the fan off now"
            assert packed.understand(text) == plain.understand(text)

    def test_the_variant_named_is_taken(self, bundle: Path) -> None:
        with Runtime.load(str(bundle), profile=SMALL) as small:
            assert small.profile == SMALL
            answer = small.understand("the fan off now")
            assert isinstance(answer, Command)
            assert answer.targets == ("fan.kitchen",)

    def test_a_variant_that_is_not_there_is_misuse(self, bundle: Path) -> None:
        with pytest.raises(UsageError, match=f"{SMALL}, {HERE}"):
            Runtime.load(bundle, profile="raspberry-pi-5")

    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(BundleNotFound):
            Runtime.load(tmp_path / "none.edge")

    def test_a_bundle_for_another_task(self, tmp_path: Path) -> None:
        folder = bundles.edit(
            bundles.good(tmp_path / "other.edge"),
            lambda manifest: manifest.update(tasks={}, variants=_without_graphs(manifest)),
        )
        with pytest.raises(BundleFormatError, match="no task that this runtime knows"):
            Runtime.load(folder, profile=HERE)

    def test_a_graph_that_is_for_something_else(self, tmp_path: Path) -> None:
        folder = bundles.good(tmp_path / "other.edge")
        bundles.edit(folder, lambda manifest: manifest["tasks"].update(intent=_task(folder)))
        with pytest.raises(BundleFormatError, match=rf"^{re.escape(str(folder))}: .*does not run"):
            Runtime.load(folder, profile=HERE)

    def test_a_bundle_without_a_grammar_has_only_its_model(self, tmp_path: Path) -> None:
        path = make_tiny_bundle(tmp_path / "tiny.edge", with_grammar=False)
        with Runtime.load(path, profile=HERE) as runtime:
            answer = runtime.understand("turn on the porch light")
            assert isinstance(answer, Command)
            assert answer.source == "model"

    def test_a_grammar_that_is_damaged(self, tmp_path: Path) -> None:
        folder = make_tiny_bundle(tmp_path / "tiny.edge")
        data = (folder / "assets/grammar.bin").read_bytes()
        bundles.substitute(folder, "assets/grammar.bin", data[:-9])
        with pytest.raises(BundleFormatError, match=rf"^{re.escape(str(folder))}: "):
            Runtime.load(folder, profile=HERE)

    def test_no_thread_and_no_file_stays_behind(self, bundle: Path) -> None:
        code = (
            "import os, sys, threading\n"
            "from edge import Runtime\n"
            "hub = Runtime.load(sys.argv[1], profile=sys.argv[2])\n"
            "hub.understand('turn on the fan')\n"
            "files = [os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd')\n"
            "         if os.path.islink(f'/proc/self/fd/{fd}')]\n"
            "print(threading.active_count(), any('tiny.edge' in name for name in files))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, str(bundle), HERE],
            capture_output=True,
            text=True,
            cwd=Path(edge.__file__).parents[1],
            check=True,
        )
        assert done.stdout.split() == ["1", "False"]


def _without_graphs(manifest: dict[str, object]) -> list[dict[str, object]]:
    return [{**variant, "graphs": {}} for variant in manifest["variants"]]  # type: ignore[attr-defined]


def _task(folder: Path) -> dict[str, object]:
    """A task of the right form; the graph in `folder` is no model of it."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    return {
        "assets": manifest["tasks"]["intent"]["assets"],
        "intents": ["on", "off"],
        "slot_labels": [],
        "features": {"pieces": 2, "trigrams": 2, "buckets": 8},
        "calibration": {"bias": 0, "intent": 1, "tags": 1, "threshold": 0.5, "lowest_score": 0},
    }


class TestHome:
    def test_the_bundles_own_home_is_used_where_none_is_given(self, hub: Runtime) -> None:
        assert "light.porch" in hub.home

    def test_a_home_takes_its_place(self, bundle: Path) -> None:
        home = Home([Device("z", "Zeppelin")])
        with Runtime.load(bundle, home=home, profile=HERE) as hub:
            assert hub.home is home
            assert isinstance(hub.understand("turn on the zeppelin"), Command)
            assert isinstance(hub.understand("turn on the porch light"), Rejected)

    def test_so_does_the_file_of_one(self, bundle: Path, tmp_path: Path) -> None:
        file = tmp_path / "home.toml"
        file.write_text('[[devices]]\nid = "z"\nname = "Zeppelin"\n', encoding="utf-8")
        for path in (file, str(file)):
            with Runtime.load(bundle, home=path, profile=HERE) as hub:
                assert isinstance(hub.understand("turn on the zeppelin"), Command)

    def test_a_file_that_is_no_home_is_refused(self, bundle: Path, tmp_path: Path) -> None:
        file = tmp_path / "home.toml"
        file.write_text("[[devices]]\nid = 5\n", encoding="utf-8")
        with pytest.raises(HomeError, match=r"home\.toml"):
            Runtime.load(bundle, home=file, profile=HERE)

    def test_an_empty_home_knows_no_names(self, bundle: Path) -> None:
        with Runtime.load(bundle, home=Home(), profile=HERE) as hub:
            answer = hub.understand("turn on the porch light")
            assert isinstance(answer, Rejected)
            assert answer.code == "unknown_name"

    def test_where_it_is_said_is_an_area_of_it(self, hub: Runtime) -> None:
        for area in ("garage", "Garage"):
            answer = hub.understand("turn off the heater", area)
            assert isinstance(answer, Command)
            assert hub.home.area_of(answer.targets[0]) == "garage"
        with pytest.raises(UsageError, match="'cellar' is no area of this home"):
            hub.understand("turn off the heater", "cellar")

    def test_devices_come_and_go_while_it_runs(self, hub: Runtime) -> None:
        hub.home.add(Area("attic", "Attic"), Device("z", "Zeppelin", area="attic"))
        assert isinstance(hub.understand("turn on the zeppelin"), Command)
        hub.home.remove("z")
        assert isinstance(hub.understand("turn on the zeppelin"), Rejected)

    def test_a_home_is_set_at_run_time(self, hub: Runtime) -> None:
        hub.home = Home([Device("z", "Zeppelin")])
        assert isinstance(hub.understand("turn on the zeppelin"), Command)


class TestThreads:
    def test_they_take_turns_and_each_gets_its_own_answer(self, hub: Runtime) -> None:
        texts = {
            "turn on the porch light": ("TurnOn", "light.porch"),
            "the fan off now": ("TurnOff", "fan.kitchen"),
            "dim to 40 the reading lamp": ("SetBrightness", "light.reading"),
            "now the porch light off": ("TurnOff", "light.porch"),
        }
        wrong: list[object] = []

        def ask(text: str, expected: tuple[str, str]) -> None:
            for _ in range(200):
                answer = hub.understand(text)
                right = isinstance(answer, Command) and answer.targets[:1] == expected[1:]
                if not right or answer.intent != expected[0]:
                    wrong.append(answer)

        threads = [threading.Thread(target=ask, args=pair) for pair in texts.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []


class TestClosing:
    def test_a_closed_runtime_answers_no_more_and_says_so(self, bundle: Path) -> None:
        hub = Runtime.load(bundle, profile=HERE)
        hub.close()
        with pytest.raises(UsageError, match="the runtime is closed"):
            hub.understand("turn on the fan")
        with pytest.raises(UsageError, match="the runtime is closed"):
            _ = hub.home
        with pytest.raises(UsageError, match="the runtime is closed"):
            hub.home = Home()

    def test_closing_twice_is_no_error(self, bundle: Path) -> None:
        with Runtime.load(bundle, profile=HERE) as hub:
            hub.close()

    def test_what_it_was_is_still_known(self, bundle: Path) -> None:
        hub = Runtime.load(bundle, profile=HERE)
        hub.close()
        assert (hub.name, hub.profile) == ("tiny", HERE)


@pytest.fixture(scope="module")
def found(bundle: Path) -> list[dict[str, object]]:
    with Runtime.load(bundle, profile=HERE) as runtime:
        return golden_tiny.answers(runtime)


class TestGolden:
    """Number by number as it was when tests/edge/golden/tiny.json was written.

    What one commit changes unmeant, this finds. `python -m tests.edge.golden_tiny` writes it anew.
    """

    @pytest.mark.parametrize("number", range(len(golden_tiny.SENTENCES)))
    def test_a_sentence_gives_what_it_gave(
        self, found: list[dict[str, object]], number: int
    ) -> None:
        expected = json.loads(golden_tiny.FILE.read_bytes())[number]
        same(found[number], expected, expected["text"])


def same(found: object, expected: object, where: str) -> None:
    """Equal in everything but the last digits of floats: kernels round differently."""
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        assert found.keys() == expected.keys(), where
        for key, value in expected.items():
            same(found[key], value, f"{where}: {key}")
    elif isinstance(expected, list) and expected and isinstance(expected[0], dict | list | float):
        assert isinstance(found, list)
        assert len(found) == len(expected), where
        for index, value in enumerate(expected):
            same(found[index], value, f"{where}[{index}]")
    elif isinstance(expected, float):
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-3, err_msg=where)
    else:
        assert found == expected, where
