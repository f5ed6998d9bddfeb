"""What holds for all tests."""

from __future__ import annotations

from hypothesis import settings

# An example that takes long on a busy machine is no wrong one: no test depends on the clock.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")
