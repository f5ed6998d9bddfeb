"""Writes tests/edge/golden/preference.json: what the tiny bundle makes of events, number by number.

    python -m tests.edge.preference.golden

Run it when an answer was meant to change, and read the difference before keeping it.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from edge.preference.experts.personal import context_of, features, personal
from edge.preference.memory.file import to_bytes
from edge.preference.moment import moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import (
    ACTIONS,
    SENSES,
    catalogue,
    population,
    tiny_home,
    tiny_preference,
)

FILE = Path(__file__).parents[1] / "golden" / "preference.json"
START = datetime(2024, 2, 28, 6, 30)
DAY = (
    ("light.kitchen:turn_on", {"door": "closed", "temperature": 3.5}),
    ("cover.bedroom:open", {"door": "closed", "temperature": -40.0}),
    ("porch:turn_on", {"door": "open", "guests": True}),
    ("teleporter.hall:engage", {}),
)


def answers(preference: Preference) -> dict[str, Any]:
    """What the assets are as bytes, and for each of six days what is made of its first moment."""
    days = []
    for day in range(6):
        for step, (action, context) in enumerate(DAY):
            moment = moment_of(START + timedelta(days=day, hours=3.25 * step), context)
            if step == 0:
                days.append(_day(preference, moment))
            preference.suggest(moment)
            preference.observe(action, moment, "anna" if step % 2 else "")
    return {
        "catalogue": hashlib.sha256(catalogue().to_bytes()).hexdigest(),
        "population": hashlib.sha256(population(len(ACTIONS)).to_bytes()).hexdigest(),
        "state bytes": len(to_bytes(preference.state(), "tiny")),
        "days": days,
    }


def _day(preference: Preference, moment: Any) -> dict[str, Any]:
    past = preference.pasts[""]
    context = context_of(moment, SENSES.keys(moment), past)
    opinions = personal(past, context)
    foresight = preference.foresee(past, moment, 3)
    return {
        "moment": _rounded(SENSES.features(moment)),
        "evidence": _rounded(np.array(features(opinions))),
        "history": _rounded(past.history.rows[0, -1]),
        "shares": _rounded(foresight.mixture.shares),
        "worth": _rounded(past.worth),
        "suggestions": [
            [found.action, round(found.score, 5), found.source]
            for found in preference.suggest(moment, 4)
        ],
    }


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 5) for value in values]


def main() -> None:
    """Ask the tiny bundle, write the file."""
    with tempfile.TemporaryDirectory() as folder:
        found = answers(tiny_preference(Path(folder), tiny_home()))
    days = ",\n".join(json.dumps(day) for day in found.pop("days"))
    head = json.dumps(found)[:-1]
    FILE.write_text(f'{head}, "days": [\n{days}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
