"""What the speech benchmarks call bundles and made-up domains."""

from __future__ import annotations

FAMILY = "speech"
DOMAINS = ("words", "codes", "orders-1", "orders-2", "choices", "readings", "calls")
FLOAT = "speech-float"
NAMES = (FAMILY, *(f"{FAMILY}-{name}" for name in DOMAINS), FLOAT)
"""What a bundle of the family may be given for: the shipped model, those made for a domain, and the
shipped model's run exported in floats (with the profiles of the benchmarks)."""
OVER = "over"
"""Key of what an interval takes as independent: "people" or "recordings"."""
