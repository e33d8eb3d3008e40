"""What the README says is so."""

from __future__ import annotations

import re
from pathlib import Path

from genai_sentry.errors.taxonomy import KINDS
from genai_sentry.testing import SimulatedProvider
from process import run

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_start_up_snippet_runs(simulated: SimulatedProvider) -> None:
    """The first thing that people copy works as it stands."""
    (snippet,) = re.findall(r"```python\n(.*?)```", README, re.S)

    code = snippet + "\nprint(genai_sentry.stats().calls)"
    assert 1 == run(code, OPENAI_BASE_URL=simulated.base_url, OPENAI_API_KEY="k")


def test_the_table_of_types_is_the_taxonomys() -> None:
    """Every type with its severity and action, and no other."""
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| [^|]+ \| `(\w+)` \|$", README, re.M)

    assert [(str(kind), str(facts.severity), facts.action) for kind, facts in KINDS.items()] == rows
