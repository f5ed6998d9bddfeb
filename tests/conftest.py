"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

import edge  # noqa: F401  (before anybody imports ONNX Runtime: see tests/test_no_reports.py)

# An example that takes long on a busy machine is no wrong one: no test depends on the clock.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")
