"""A nightly job: summarise tickets, know what each tenant cost, hear when a budget is passed.

python job.py tickets.jsonl          # lines such as {"tenant": "acme", "text": "…"}

Exit code 0 when all went well, 1 when a ticket failed, 3 when the job stopped because nothing can succeed any more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from openai import OpenAI, OpenAIError

import genai_sentry

HERE = Path(__file__).parent
HOPELESS = frozenset({"quota_exceeded", "authentication", "permission_denied"})
"""Types that hit every further ticket as well."""


def tickets(path: Path) -> Iterator[dict[str, str]]:
    """The tickets of a file, one JSON object a line."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def main(path: Path) -> int:
    """Summarise every ticket; print what it cost by tenant."""
    genai_sentry.init(settings=genai_sentry.Settings.from_env(budgets=HERE / "budgets.toml"))
    client = OpenAI(max_retries=2, timeout=60)
    failed = 0
    for ticket in tickets(path):
        with genai_sentry.label(feature="nightly_summary", tenant=ticket["tenant"]):
            try:
                client.chat.completions.create(
                    model="gpt-4o-mini",
                    messages=[{"role": "user", "content": f"Summarise in one line:\n{ticket['text']}"}],
                    max_tokens=60,
                )
            except OpenAIError as error:
                failed += 1
                found = genai_sentry.classify(error)
                if found.type in HOPELESS:
                    print(f"stopped: {found.type}/{found.reason}, {found.action}")
                    return finish(3)
    return finish(1 if failed else 0)


def finish(code: int) -> int:
    """Say what was done and deliver what is held; a short process must not end before that."""
    stats = genai_sentry.stats()
    print(f"{stats.calls} calls, {stats.failures} failed, ${stats.cost_usd:.6f}")
    for tenant, usd in sorted(stats.cost_by_label.get("tenant", {}).items()):
        print(f"  {tenant}: ${usd:.6f}")
    genai_sentry.flush(5)
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
