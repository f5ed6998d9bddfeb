"""Homes with thousands of made-up devices, and what is said to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edge import Command, Home, Rejected, Runtime
from edge.bench.homes import Spoken, grown, name, spoken
from edge.errors import UsageError
from edge.limits import HOME_ITEMS
from tests.edge.tiny_bundle import HERE, HOME, make_tiny_bundle

TEXTS = (
    "turn on the porch light",
    "please turn the fan off",
    "dim the reading lamp to 40 percent",
    "turn on the lights in the kitchen",
    "the fan off now",
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    path = make_tiny_bundle(tmp_path_factory.mktemp("homes") / "tiny.edge")
    with Runtime.load(path, profile=HERE) as runtime:
        yield runtime


@pytest.fixture
def home() -> Home:
    return Home.from_dict(HOME)


def test_no_two_made_up_names_are_alike() -> None:
    names = [name(index) for index in range(HOME_ITEMS)]
    assert len(set(names)) == HOME_ITEMS
    assert max(len(each.split()) for each in names) <= 5
    assert names[:3] == ["ceiling oak lamp", "garden paper camera", "cloakroom big speaker"]


class TestGrowing:
    def test_the_old_home_stays_as_it_is(self, home: Home) -> None:
        before = home.to_dict()
        assert len(grown(home, 50).devices) == len(home.devices) + 50
        assert home.to_dict() == before

    def test_new_devices_are_like_those_that_are_there(self, home: Home) -> None:
        made = grown(home, 20).devices[len(home.devices) :]
        assert {(one.kind, one.area) for one in made} == {
            (one.kind, one.area) for one in home.devices
        }

    def test_a_home_without_devices_can_grow_too(self) -> None:
        assert len(grown(Home(), 3)) == 3

    def test_the_same_number_gives_the_same_home(self, home: Home) -> None:
        assert grown(home, 30).to_dict() == grown(home, 30).to_dict()

    @pytest.mark.parametrize("count", [-1, HOME_ITEMS])
    def test_no_home_grows_beyond_the_limit(self, home: Home, count: int) -> None:
        with pytest.raises(UsageError, match="cannot be added"):
            grown(home, count)


class TestSentences:
    def said(self, hub: Runtime, home: Home, count: int) -> Spoken:
        hub.home = grown(home, count)
        return spoken(TEXTS, home, count, hub.understand)

    def test_without_more_devices_they_are_as_given(self, hub: Runtime, home: Home) -> None:
        said = self.said(hub, home, 0)
        assert said.matched == TEXTS[:4]
        assert said.unmatched == TEXTS[4:]

    def test_with_more_they_are_about_the_new_ones(self, hub: Runtime, home: Home) -> None:
        said = self.said(hub, home, 100)
        answers = [hub.understand(text) for text in said.matched]
        assert all(isinstance(one, Command) and one.source == "grammar" for one in answers)
        targets = [one.targets[0] for one in answers if isinstance(one, Command)]
        assert [target.startswith("bench.") for target in targets] == [True, True, True, False]
        assert len(set(said.matched)) == 4

    def test_a_device_of_the_right_kind_is_chosen(self, hub: Runtime, home: Home) -> None:
        said = self.said(hub, home, 100)
        answer = hub.understand(said.matched[2])
        assert isinstance(answer, Command)
        assert hub.home.kind_of(answer.targets[0]) == "light"
        assert answer.slots["brightness"] == 40

    def test_unknown_names_are_unknown(self, hub: Runtime, home: Home) -> None:
        said = self.said(hub, home, 100)
        assert len(said.unknown) == 3
        for text in said.unknown:
            answer = hub.understand(text)
            assert isinstance(answer, Rejected)
            assert answer.code == "unknown_name"

    def test_where_all_match_their_words_are_turned_round(self, hub: Runtime, home: Home) -> None:
        hub.home = home
        said = spoken(TEXTS[:1], home, 0, hub.understand)
        assert said.unmatched == ("light porch the on turn",)
