"""What every test starts from: nothing instrumented, nothing read from this machine's environment."""

from __future__ import annotations

import os

import pytest

LONG = os.environ.get("GENAI_SENTRY_TEST_TIER") == "long"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what takes long unless the tier asks for it."""
    if LONG:
        return
    skip = pytest.mark.skip(reason="takes long; set GENAI_SENTRY_TEST_TIER=long")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
