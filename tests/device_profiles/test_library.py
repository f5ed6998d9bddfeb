"""Finding profiles, and the ones that ship."""

from __future__ import annotations

from pathlib import Path

import pytest

import device_profiles
from device_profiles import ProfileError, available, load

SHIPPED = {
    "hub-cortex-a55",
    "raspberry-pi-3",
    "raspberry-pi-4",
    "raspberry-pi-5",
    "raspberry-pi-zero-2w",
    "wearable-cortex-a53",
    "x86-64-hub",
}
FOLDER = Path(device_profiles.__file__).parent


@pytest.fixture(autouse=True)
def no_folders_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDGE_PROFILES", raising=False)


class TestShipped:
    def test_seven_boards_ship(self) -> None:
        assert set(available()) == SHIPPED
        assert list(available()) == sorted(available())

    @pytest.mark.parametrize("name", sorted(SHIPPED))
    def test_each_loads_and_names_its_source(self, name: str) -> None:
        profile = load(name)
        assert profile.name == name
        assert "intent" in profile.budgets.latency_ms
        assert "# Source: " in (FOLDER / f"{name}.toml").read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", sorted(SHIPPED))
    def test_each_is_gentle_to_an_always_on_device(self, name: str) -> None:
        session = load(name).session
        assert not session.allow_spinning
        assert not session.memory_arena
        assert session.threads == 1
        assert session.optimization == "extended"

    @pytest.mark.parametrize("name", sorted(SHIPPED))
    def test_boards_without_dot_product_try_storage_first(self, name: str) -> None:
        profile = load(name)
        if profile.architecture == "aarch64":
            first = "int8-dynamic" if profile.dot_product else "int8-weights"
            assert profile.quantization.schemes[0] == first
        assert "float" in profile.quantization.schemes

    @pytest.mark.parametrize("name", sorted(SHIPPED))
    def test_each_survives_being_written_as_plain_data(self, name: str) -> None:
        data = load(name).to_dict()
        assert data["name"] == name
        assert data["budgets"]["latency_ms"]["intent"] > 0


class TestAddingABoard:
    def test_a_file_in_a_named_folder_is_a_profile(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (FOLDER / "raspberry-pi-4.toml").read_text(encoding="utf-8")
        (tmp_path / "acme-hub.toml").write_text(text.replace("cores = 4", "cores = 2"))
        monkeypatch.setenv("EDGE_PROFILES", str(tmp_path))
        assert "acme-hub" in available()
        assert set(available()) > SHIPPED
        assert load("acme-hub").cores == 2

    def test_it_wins_over_one_that_ships(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = (FOLDER / "raspberry-pi-4.toml").read_text(encoding="utf-8")
        (tmp_path / "raspberry-pi-4.toml").write_text(text.replace("cores = 4", "cores = 2"))
        monkeypatch.setenv("EDGE_PROFILES", str(tmp_path))
        assert load("raspberry-pi-4").cores == 2

    def test_other_files_there_are_left_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "README.md").write_text("boards")
        (tmp_path / "Not A Name.toml").write_text("")
        monkeypatch.setenv("EDGE_PROFILES", str(tmp_path))
        assert set(available()) == SHIPPED

    def test_a_folder_that_is_not_there_is_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("EDGE_PROFILES", "/nowhere/at/all")
        with pytest.raises(ProfileError, match="EDGE_PROFILES: /nowhere/at/all: is not a folder"):
            available()

    def test_a_broken_file_is_not_passed_over_when_choosing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "acme-hub.toml").write_text("cores = 4")
        monkeypatch.setenv("EDGE_PROFILES", str(tmp_path))
        with pytest.raises(ProfileError, match=r"acme-hub\.toml"):
            device_profiles.closest(device_profiles.detect(), ["acme-hub", "x86-64-hub"])


class TestLoading:
    def test_a_path_is_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_bytes((FOLDER / "raspberry-pi-5.toml").read_bytes())
        assert load(path).name == "mine"
        assert load(str(path)).name == "mine"

    def test_a_name_that_is_nearly_one_is_asked_back(self) -> None:
        with pytest.raises(ProfileError) as caught:
            load("rasberry-pi-4")
        assert caught.value.hint == "did you mean 'raspberry-pi-4'?"
        assert "x86-64-hub" in caught.value.allowed

    def test_a_name_like_no_other_says_where_to_put_one(self) -> None:
        with pytest.raises(ProfileError, match="EDGE_PROFILES"):
            load("zzzzzz")

    def test_a_file_that_is_not_there_is_said_to_be(self, tmp_path: Path) -> None:
        with pytest.raises(ProfileError, match="there is no such file"):
            load(tmp_path / "mine.toml")

    def test_a_folder_is_no_profile(self, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").mkdir()
        with pytest.raises(ProfileError, match="cannot be read"):
            load(tmp_path / "mine.toml")

    def test_bytes_that_are_no_text_are_refused(self, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_bytes(b'description = "\xff"')
        with pytest.raises(ProfileError, match="not UTF-8"):
            load(tmp_path / "mine.toml")

    def test_a_file_without_end_is_refused(self) -> None:
        with pytest.raises(ProfileError, match="too large"):
            load("/dev/zero")
