"""Number by number as it was when tests/edge/golden/preference.json was written.

What one commit changes unmeant, this finds; `python -m tests.edge.preference.golden` writes it
anew.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from tests.edge.preference import golden
from tests.edge.preference.tiny import tiny_home, tiny_preference

EXPECTED = json.loads(golden.FILE.read_bytes())


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return golden.answers(tiny_preference(tmp_path_factory.mktemp("golden"), tiny_home()))


@pytest.mark.parametrize("key", ["catalogue", "population", "state bytes"])
def test_the_bytes_are_those_they_were(found: dict[str, Any], key: str) -> None:
    assert found[key] == EXPECTED[key]


@pytest.mark.parametrize("day", range(len(EXPECTED["days"])))
def test_a_day_gives_what_it_gave(found: dict[str, Any], day: int) -> None:
    now, before = found["days"][day], EXPECTED["days"][day]
    for key in ("moment", "evidence", "history", "shares", "worth"):
        np.testing.assert_allclose(now[key], before[key], rtol=1e-3, atol=1e-4, err_msg=key)
    for one, other in zip(now["suggestions"], before["suggestions"], strict=True):
        assert (one[0], one[2]) == (other[0], other[2])
        assert one[1] == pytest.approx(other[1], rel=1e-3)
