"""What every attack is expected to end in."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.errors import BundleError
from tests.edge.attacks.bundles import HERE


def refused(path: Path, error: type[BundleError], words: str) -> BundleError:
    """Opening fails with this error and these words; verifying fails too."""
    with pytest.raises(error) as caught:
        Bundle.open(path, profile=HERE)
    assert type(caught.value) is error
    assert words in str(caught.value)
    assert not verify(path).ok
    return caught.value
