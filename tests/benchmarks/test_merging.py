"""Some corpora measured anew, the others kept."""

from __future__ import annotations

from benchmarks.merging import merged, origin

OLD, NEW = {"commit": "old"}, {"commit": "new"}


def test_every_figure_is_said_to_be_from_the_run_that_gave_it() -> None:
    before = {
        "run": OLD,
        "rows": [{"corpus": "snips"}, {"corpus": "slurp"}],
        "training": {"snips": {}, "slurp": {}, "home": {}},
        "devices": [{"profile": "x86-64-hub"}],
    }
    only_home = {"run": NEW, "rows": [], "training": {"home": {}}, "devices": [{}]}
    assert merged(only_home, before, "corpus")["runs"] == {
        "rows": {"snips": OLD, "slurp": OLD},
        "training": {"home": NEW, "snips": OLD, "slurp": OLD},
        "devices": {"home": NEW},
    }
    only_snips = {"run": NEW, "rows": [{"corpus": "snips"}], "training": {"snips": {}}}
    found = merged({**only_snips, "devices": []}, before, "corpus")
    assert found["runs"] == {
        "rows": {"snips": NEW, "slurp": OLD},
        "training": {"snips": NEW, "slurp": OLD, "home": OLD},
        "devices": {"home": OLD},
    }
    assert {row["corpus"] for row in found["rows"]} == {"snips", "slurp"}


def test_a_bundle_without_its_run_folder_gives_devices_and_no_training() -> None:
    before = {"run": OLD, "rows": [], "training": {"home": {"student": {}}}, "devices": [{}]}
    fresh = {"run": NEW, "rows": [], "training": {}, "devices": [{"profile": "x86-64-hub"}]}
    found = merged(fresh, before, "corpus")
    assert found["training"] == {"home": {"student": {}}}
    assert origin(found, "devices", "home") == NEW
    assert origin(found, "training", "home") == OLD


def test_where_older_results_do_not_say_which_run_trained_none_is_claimed() -> None:
    before = {
        "run": OLD,
        "rows": [{"corpus": "snips"}],
        "training": {"snips": {}, "home": {}},
        "devices": [{}],
        "runs": {"snips": OLD, "home": OLD},
    }
    assert origin(before, "rows", "snips") == origin(before, "devices", "home") == OLD
    assert origin(before, "training", "snips") is None
    fresh = {"run": NEW, "rows": [], "training": {"home": {}}, "devices": []}
    found = merged(fresh, before, "corpus")
    assert found["runs"] == {
        "rows": {"snips": OLD},
        "training": {"home": NEW},
        "devices": {"home": OLD},
    }
    assert "snips" in found["training"]
    assert origin(found, "training", "snips") is None


def test_preferences_have_sets_and_no_devices() -> None:
    before = {"run": OLD, "rows": [{"set": "toys"}, {"set": "beauty"}], "training": {"toys": {}}}
    fresh = {"run": NEW, "rows": [{"set": "beauty", "fresh": True}], "training": {"beauty": {}}}
    found = merged(fresh, before, "set")
    assert found["runs"] == {
        "rows": {"beauty": NEW, "toys": OLD},
        "training": {"beauty": NEW, "toys": OLD},
    }
    assert found["rows"] == [{"set": "beauty", "fresh": True}, {"set": "toys"}]
    assert found["training"] == {"beauty": {}, "toys": {}}
    assert "devices" not in found


def test_a_first_run_has_nothing_beside_it() -> None:
    fresh = {"run": NEW, "rows": [{"set": "toys"}], "training": {}}
    assert merged(fresh, {}, "set")["runs"] == {"rows": {"toys": NEW}, "training": {}}
