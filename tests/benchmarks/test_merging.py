"""Some corpora measured anew, the others kept."""

from __future__ import annotations

from benchmarks.merging import merged


def test_every_figure_is_said_to_be_from_the_run_that_gave_it() -> None:
    old, new = {"commit": "old"}, {"commit": "new"}
    before = {
        "run": old,
        "rows": [{"corpus": "snips"}, {"corpus": "slurp"}],
        "training": {"snips": {}, "slurp": {}, "home": {}},
        "devices": [{"profile": "x86-64-hub"}],
        "runs": {"home": old},
    }
    only_home = {"run": new, "rows": [], "training": {"home": {}}, "devices": [{}]}
    assert merged(only_home, before, "corpus")["runs"] == {"home": new, "snips": old, "slurp": old}
    only_snips = {"run": new, "rows": [{"corpus": "snips"}], "training": {"snips": {}}}
    found = merged({**only_snips, "devices": []}, before, "corpus")
    assert found["runs"] == {"home": old, "snips": new, "slurp": old}
    assert {row["corpus"] for row in found["rows"]} == {"snips", "slurp"}


def test_preferences_have_sets_and_no_devices() -> None:
    old, new = {"commit": "old"}, {"commit": "new"}
    before = {"run": old, "rows": [{"set": "toys"}, {"set": "beauty"}], "training": {"toys": {}}}
    fresh = {"run": new, "rows": [{"set": "beauty", "fresh": True}], "training": {"beauty": {}}}
    found = merged(fresh, before, "set")
    assert found["runs"] == {"toys": old, "beauty": new}
    assert found["rows"] == [{"set": "beauty", "fresh": True}, {"set": "toys"}]
    assert found["training"] == {"beauty": {}, "toys": {}}
    assert "devices" not in found


def test_a_first_run_has_nothing_beside_it() -> None:
    fresh = {"run": {"commit": "new"}, "rows": [{"set": "toys"}], "training": {}}
    assert merged(fresh, {}, "set")["runs"] == {"toys": {"commit": "new"}}
