"""The settings of a whole preference training run, and what each of them may be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from edge.errors import UsageError
from edge.limits import CATALOGUE_WIDTH, HISTORY_EVENTS
from edge.preference.experts.doubt import Doubt
from export.recipes.preference.network.network import NetworkSettings
from export.recipes.settings import Limits, settings_of

_LIMITS: Limits = {
    "window": (1, HISTORY_EVENTS),
    "fresh_starts": (0, 1000),
    "first_position": (-1, 1_000_000),
    "mute": (0, 0.99),
    "fast_days": (0.1, 10_000),
    "slow_days": (0.1, 10_000),
    "doubt_lately": (0, 1000),
    "doubt_new": (0, 1000),
    "width": (2, 1024),
    "item": (2, CATALOGUE_WIDTH),
    "layers": (1, 16),
    "heads": (1, 64),
    "dropout": (0, 0.99),
    "epochs": (1, 10_000),
    "batch_size": (1, 100_000),
    "learning_rate": (1e-9, 10),
    "weight_decay": (0, 10),
    "patience": (1, 10_000),
    "alone_weight": (0, 100),
    "teacher_weight": (0, 1),
    "seed": (0, 2**32 - 1),
}

TEACHER = NetworkSettings(width=128, item=64, layers=2, heads=4, dropout=0.3)


@dataclass(frozen=True, slots=True)
class PreferenceSettings:
    """A whole training run."""

    teacher: NetworkSettings = TEACHER
    student: NetworkSettings = field(default_factory=NetworkSettings)
    window: int = 16
    """Events that the networks read back."""
    fast_days: float = 2.5
    """Half-life of the counts that follow a change."""
    slow_days: float = 120.0
    """Half-life of those that remember."""
    doubt_lately: float = 0.0
    """Events that everybody is given in advance, as likely to have been any of those things that
    were done lately: some, where people repeat themselves."""
    doubt_new: float = 0.5
    """For each different thing done lately, events in advance of something else."""
    fresh_starts: int = 4
    """Weeks of each long history that are also lived through from nothing known on."""
    first_position: int = -1
    """Train on every event from this position of a history on, not only on the corpus' targets;
    -1: only on those."""
    liked: float = 4.0
    """The rating from which an item counts as liked, where items are rated."""
    rare_contexts: bool = False
    """Keep what followed contexts that were seen once, and whole courses of events: for short
    windows cut from longer logs, where the same course is met again. In long logs it is not, and
    takes megabytes."""
    measure: str = "likelihood"
    """The dev-set measure that chooses the best epoch; any of `ranking`'s that is the better the
    higher will do."""
    student_alone: bool = True
    """Also train the same student without a teacher, to show what distillation is worth."""

    @property
    def doubt(self) -> Doubt:
        """What is given in advance to who is hardly known."""
        return Doubt(self.doubt_lately, self.doubt_new)


def settings_from(data: dict[str, Any]) -> PreferenceSettings:
    """Settings from plain data, such as a TOML file's.

    Raises:
        UsageError: a key is not known, or its value cannot be used.
    """
    rest = {key: value for key, value in data.items() if key not in ("teacher", "student")}
    networks = {}
    for name, start in (("teacher", TEACHER), ("student", NetworkSettings())):
        given = data.get(name, {})
        checked = settings_of(NetworkSettings, given, name, _LIMITS)
        networks[name] = replace(start, **{key: getattr(checked, key) for key in given})
    for name, network in networks.items():
        if network.width % network.heads:
            raise UsageError(
                f"is {network.width}",
                where=f"settings: {name}.width",
                allowed=f"a multiple of the {network.heads} heads",
            )
    return replace(
        settings_of(PreferenceSettings, rest, "", _LIMITS),
        teacher=networks["teacher"],
        student=networks["student"],
    )
