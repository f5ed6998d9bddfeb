"""Corpora of interactions so small that a whole training takes a second or two."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from export.corpora.interactions import (
    Event,
    History,
    InteractionCorpus,
    RatingSettings,
    Target,
    moment,
    ratings,
)

START = datetime(2024, 1, 8)
ROUTINE = (
    (7.0, "light.kitchen:turn_on"),
    (7.2, "switch.coffee:turn_on"),
    (7.9, "light.kitchen:turn_off"),
    (18.5, "cover.bedroom:close"),
    (22.5, "light.hall:turn_off"),
)
"""Hour and action: the days of every household, give or take a few minutes."""
ODD = ("fan.bath:turn_on", "scene.lounge:movie")
CLUSTER = 6
"""Items of one cluster: whoever chooses one of them chooses the others next."""
PROFILE = "x86-64-hub"


def log_rows(
    households: int = 4, days: int = 10, seed: int = 0, later: float = 0.0
) -> list[dict[str, Any]]:
    """The interaction log of households that live by `ROUTINE`, `later` hours later, with a little
    noise."""
    rng = random.Random(seed)
    rows = []
    for number in range(households):
        for day in range(days):
            done = [(hour + rng.uniform(-0.1, 0.1), action) for hour, action in ROUTINE]
            if rng.random() < 0.3:
                done.append((rng.uniform(9, 17), rng.choice(ODD)))
            for hour, action in sorted(done):
                at = START + timedelta(days=day, seconds=round(3600 * (hour + later)))
                context = {"lux": float(rng.randrange(100)), "door": rng.choice(["open", "closed"])}
                row = {"time": at.isoformat(), "household": f"h{number}", "action": action}
                rows.append({**row, "context": context})
    return rows


def write_log(path: Path, rows: list[dict[str, Any]] | None = None) -> Path:
    """The rows as JSON lines."""
    lines = (json.dumps(row) for row in (log_rows() if rows is None else rows))
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def choices(users: int = 40, clusters: int = 4, seed: int = 0) -> InteractionCorpus:
    """A catalogue of things that each user chooses once, one cluster after the other.

    Each user goes through most of one cluster, then through some of the next. The last choice is
    the dev target, as in leave-one-out protocols.
    """
    rng = random.Random(seed)
    catalogue = tuple(f"item-{number:02d}" for number in range(clusters * CLUSTER))
    corpus = InteractionCorpus("choices", catalogue=catalogue)
    for user in range(users):
        chosen: list[str] = []
        for step in range(2):
            cluster = (user + step) % clusters
            own = list(catalogue[cluster * CLUSTER : (cluster + 1) * CLUSTER])
            chosen += rng.sample(own, 4)
        corpus.histories.append(History(f"user-{user}", tuple(Event(item) for item in chosen)))
        corpus.train += [Target(user, position) for position in range(1, len(chosen) - 1)]
        corpus.dev.append(Target(user, len(chosen) - 1))
    return corpus


def rated(users: int = 24, items: int = 14, per_user: int = 10) -> InteractionCorpus:
    """Made-up ratings."""
    return ratings(RatingSettings(users=users, items=items, per_user=per_user, genres=3, rank=2))


def history(*actions: str, household: str = "h", step: float = 3600.0) -> History:
    """Actions one after the other, `step` seconds apart."""
    first = (START - datetime(1970, 1, 1)).total_seconds()
    events = []
    for number, action in enumerate(actions):
        time = first + number * step
        events.append(Event(action, *moment(time), time))
    return History(household, tuple(events))


def settings(**student: Any) -> dict[str, Any]:
    """What `edge train` takes as settings: as little of everything as still learns."""
    network = {"width": 16, "item": 8, "layers": 1, "heads": 2, "epochs": 2, "batch_size": 8}
    return {
        "window": 64,
        "student_alone": False,
        "teacher": network | {"learning_rate": 5e-3, "dropout": 0.1},
        "student": network | {"learning_rate": 5e-3, "dropout": 0.1} | student,
    }
