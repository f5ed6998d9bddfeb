"""What a manifest says of how long a call takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def host_latency(taken: Sequence[int]) -> dict[str, Any]:
    """Percentiles in microseconds of calls on this very machine, of their nanoseconds."""
    p50, p90, p99 = (round(float(v) / 1000, 1) for v in np.percentile(taken, [50, 90, 99]))
    return {"where": "host", "p50_us": p50, "p90_us": p90, "p99_us": p99}
