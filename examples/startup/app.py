"""Start-up in one line, and everything that can be said there.

python app.py "What is a span?"  # OPENAI_API_KEY, SENTRY_DSN, SENTRY_ENVIRONMENT, SENTRY_RELEASE set
"""

from __future__ import annotations

import os
import sys

from openai import OpenAI, OpenAIError

import genai_sentry
from genai_sentry import Settings

MODEL = os.environ.get("ANSWER_MODEL", "gpt-4o-mini")


def start() -> None:
    """`genai_sentry.init()` is enough; this shows what else there is."""
    genai_sentry.init(
        settings=Settings.from_env(
            trace_sample_rate=1.0,  # share of traces kept; failures are reported at any rate
            levels={"rate_limit": "info"},  # Sentry's level per error type
            report={"content_filter": 0.1},  # a tenth of these become events; all are counted
        ),
        sentry_options={"send_default_pii": False},  # anything that sentry_sdk.init takes
    )


def main() -> int:
    """Answer the question on the command line, and say what it cost."""
    start()
    question = " ".join(sys.argv[1:]) or "Hello"
    with OpenAI(max_retries=1, timeout=30) as client, genai_sentry.label(feature="answers"):
        try:
            made = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": question}])
        except OpenAIError as error:
            found = genai_sentry.classify(error)
            print(f"no answer: {found.type}/{found.reason}: {found.action}", file=sys.stderr)
            return 1
    print(made.choices[0].message.content)
    print(genai_sentry.stats(), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
