"""GPT, Claude, Gemini and DeepSeek by one key, through an OpenAI-compatible gateway with its own prices.

cp .env.example .env          # the gateway's address and key
python client.py

A batch of questions goes out with bounded concurrency. Each item succeeds or fails by itself: what can pass later is
tried again when the provider says so, what can't is reported at once. Running totals go to the terminal, one event per
failed call to Sentry.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI, OpenAIError

import genai_sentry

HERE = Path(__file__).parent
MAX_TRIES = 4
AT_ONCE = 8


@dataclass(frozen=True)
class Item:
    """One question of a batch, and what became of it.

    Attributes:
        model: who is asked.
        question: what is asked.
        answer: the answer; empty where it failed.
        error: the failure's type, empty where it succeeded.
        tries: calls made.
    """

    model: str
    question: str
    answer: str = ""
    error: str = ""
    tries: int = 0


def load_env(path: Path) -> None:
    """Read `NAME=value` lines into the environment; what is set there already stands."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        name, separator, value = line.partition("=")
        if separator and not name.lstrip().startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


class Gateway:
    """Asks models behind one gateway.

    Args:
        client: its own retries are off: only one place may retry.
        at_once: calls that may be under way at the same time.
    """

    def __init__(self, client: AsyncOpenAI, at_once: int = AT_ONCE) -> None:
        self._client = client
        self._room = asyncio.Semaphore(at_once)

    async def ask(self, model: str, question: str) -> Item:
        """Ask once, and again where that can help; never raises for a failed call."""
        for number in range(1, MAX_TRIES + 1):
            try:
                async with self._room:
                    answer = await self._client.chat.completions.create(
                        model=model, messages=[{"role": "user", "content": question}], max_tokens=200
                    )
            except OpenAIError as error:
                found = genai_sentry.classify(error)
                if number == MAX_TRIES or not genai_sentry.is_retryable(error):
                    return Item(model, question, error=f"{found.type}/{found.reason}", tries=number)
                await asyncio.sleep(genai_sentry.retry_wait(error, number))
            else:
                return Item(model, question, answer=answer.choices[0].message.content or "", tries=number)
        raise AssertionError("not reached")

    async def batch(self, work: Sequence[tuple[str, str]]) -> list[Item]:
        """Ask everything; one item's failure is its own. Prints a running total."""
        done = []
        for next_done in asyncio.as_completed([self.ask(model, question) for model, question in work]):
            done.append(await next_done)
            stats = genai_sentry.stats()
            print(
                f"\r{len(done)}/{len(work)} done, {sum(bool(item.error) for item in done)} failed, "
                f"{stats.input_tokens + stats.output_tokens:,} tokens, ${stats.cost_usd:.6f}",
                end="",
                flush=True,
            )
        print()
        return done


async def main(work: Sequence[tuple[str, str]] | None = None) -> list[Item]:
    """The batch from start to end."""
    load_env(HERE / ".env")
    genai_sentry.init(
        settings=genai_sentry.Settings.from_env(
            prices=HERE / "prices.toml",  # what the gateway charges, not what the makers do
            providers={os.environ.get("GATEWAY_HOST", "llm.example.com"): "acme_gateway"},
        )
    )
    models = ("gpt-4o-mini", "claude-sonnet-4-5", "gemini-2.5-flash", "deepseek-chat")
    work = work or [(model, "Name three uses of a paper clip.") for model in models]
    async with AsyncOpenAI(max_retries=0, timeout=60) as client:
        done = await Gateway(client).batch(work)
    for item in done:
        print(f"{item.model:20} {item.error or item.answer[:50]!r} ({item.tries} calls)")
    for model, usd in sorted(genai_sentry.stats().cost_by_model.items()):
        print(f"{model:40} ${usd:.6f}")
    genai_sentry.flush()
    return done


if __name__ == "__main__":
    asyncio.run(main())
