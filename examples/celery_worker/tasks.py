"""A Celery worker whose tasks call an LLM. Pre-fork: `init` runs in each child, and each child delivers its own.

BROKER_URL=redis://localhost celery --app tasks worker --concurrency 4
"""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import worker_process_init, worker_process_shutdown
from openai import OpenAI

import genai_sentry

app = Celery("tasks", broker=os.environ.get("BROKER_URL", "redis://localhost"))
app.conf.task_ignore_result = True
app.conf.broker_transport_options = (
    dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), folder)
    if (folder := os.environ.get("BROKER_FOLDER"))  # with BROKER_URL=filesystem://, for a try without a server
    else {}
)

MAX_TRIES = 5


@worker_process_init.connect
def start(**_: object) -> None:
    """After the fork: threads and connections do not survive one."""
    genai_sentry.init()


@worker_process_shutdown.connect
def stop(**_: object) -> None:
    """A child that is replaced delivers what it holds."""
    genai_sentry.flush()


@app.task(bind=True, max_retries=MAX_TRIES - 1)
def summarise(self, text: str, model: str = "gpt-4o-mini") -> str:  # type: ignore[no-untyped-def]
    """Summarise a text; tried again by Celery only where that can help, and when the provider says so."""
    with genai_sentry.label(feature="summary"):
        try:
            answer = OpenAI(max_retries=0).chat.completions.create(
                model=model, messages=[{"role": "user", "content": f"Summarise:\n{text}"}]
            )
        except Exception as error:
            if not genai_sentry.is_retryable(error):
                raise
            wait = genai_sentry.retry_wait(error, self.request.retries + 1)
            raise self.retry(exc=error, countdown=wait) from error
    return answer.choices[0].message.content or ""
