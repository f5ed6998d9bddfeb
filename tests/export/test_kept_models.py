"""A new bundle that takes over what is not made anew from an old one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import device_profiles
import edge.models
from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.errors import BundleNotFound, UsageError
from edge.runtime import Runtime
from export.build import build
from export.kept_models import kept_models
from export.tune import NothingFits

CREATED = "2026-01-02T03:04:05Z"
BOARD = "x86-64-hub"
SHIPPED = Path(edge.models.__file__).parent / edge.models.NAME


def export_beside(run: Path, keep: Path, target: Path, *boards: device_profiles.Profile) -> Path:
    boards = boards or (device_profiles.load(BOARD),)
    build([run], target, boards, keep=keep, created=CREATED, say=lambda line: None)
    return target


@pytest.fixture(scope="module")
def made(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_beside(run_folder, SHIPPED, tmp_path_factory.mktemp("kept") / "new.edge")


class TestBundle:
    def test_it_is_whole(self, made: Path) -> None:
        assert verify(made).ok

    def test_what_is_made_anew_answers(self, made: Path) -> None:
        with Runtime.load(made, profile=BOARD) as hub:
            assert hub.understand("switch the reading lamp on").to_dict()["intent"] == "turn_on"

    @pytest.mark.parametrize("task", ["activity", "preference", "pronunciation", "speech"])
    def test_all_else_is_as_it_was(self, made: Path, task: str) -> None:
        old, new = Bundle.open(SHIPPED, BOARD), Bundle.open(made, BOARD)
        assert new.tasks[task] == old.tasks[task]
        assert new.graph(task) == old.graph(task)
        assert new.graph_bytes(task) == old.graph_bytes(task)
        for path in old.tasks[task].get("assets", {}).values():
            assert new.asset(path) == old.asset(path)

    def test_only_the_boards_that_were_asked_for(self, made: Path) -> None:
        assert Bundle.open(made, BOARD).profiles == (BOARD,)

    def test_it_keeps_its_name(self, made: Path) -> None:
        assert Bundle.open(made, BOARD).name == Bundle.open(SHIPPED, BOARD).name

    def test_it_may_take_the_old_ones_place(
        self, made: Path, run_folder: Path, tmp_path: Path
    ) -> None:
        target = export_beside(run_folder, SHIPPED, tmp_path / "home.edge")
        export_beside(run_folder, target, target)
        for path in sorted(made.rglob("*.*")):
            assert (
                path.is_dir() or path.read_bytes() == (target / path.relative_to(made)).read_bytes()
            )


class TestRefusal:
    def test_a_board_that_it_has_no_variant_for(self, run_folder: Path, tmp_path: Path) -> None:
        board = replace(device_profiles.load(BOARD), name="toaster")
        with pytest.raises(UsageError, match="no variant for toaster") as caught:
            export_beside(run_folder, SHIPPED, tmp_path / "new.edge", board)
        assert BOARD in caught.value.allowed
        assert not (tmp_path / "new.edge").exists()

    def test_no_bundle_there(self, tmp_path: Path) -> None:
        with pytest.raises(BundleNotFound):
            kept_models(tmp_path / "none.edge", (), [device_profiles.load(BOARD)])

    def test_what_is_kept_counts_towards_the_boards_budget(
        self, run_folder: Path, tmp_path: Path
    ) -> None:
        board = device_profiles.load(BOARD)
        tight = replace(board, budgets=replace(board.budgets, bundle_mb=2.0))
        build([run_folder], tmp_path / "alone.edge", [tight], created=CREATED, say=lambda _: None)
        with pytest.raises(NothingFits):
            export_beside(run_folder, SHIPPED, tmp_path / "new.edge", tight)
