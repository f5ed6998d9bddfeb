"""What the preference benchmarks call bundles: the sets they were trained on."""

from __future__ import annotations

NAMES = (
    "smartthings",
    *(f"smartgen-{cell}" for cell in ("fr-winter", "fr-daytime", "fr-single")),
    *(f"smartgen-{cell}" for cell in ("sp-winter", "sp-daytime", "sp-single")),
    "beauty",
    "toys",
    "household",
    "ratings",
)
"""What a bundle of the family may be given for."""
