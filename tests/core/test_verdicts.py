"""A refusal that comes again word for word is read once; one that differs in what matters is read again."""

from __future__ import annotations

from typing import Any

from genai_sentry.errors.classify import classify
from genai_sentry.verdicts import MAX_AGE_S, Verdict, Verdicts

BODY = b'{"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}'


class Refusal(Exception):
    pass


class Reader:
    """Asks again and again; counts how often the answer was read."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reads = 0
        self._verdicts = Verdicts(lambda: self.now)

    def ask(self, error: Exception | None = None, **changed: Any) -> Verdict:
        asked: dict[str, Any] = {"status": 429, "body": BODY, "headers": [(b"Retry-After", b"3")], "provider": "openai"}
        return self._verdicts.find(error, **{**asked, **changed}, read=self._read)

    def _read(self) -> Verdict:
        self.reads += 1
        return classify(status=429, body=BODY), "insufficient_quota"


def test_the_same_refusal_is_read_once() -> None:
    """The verdict of the first stands, whatever the date and the request's number in the headers."""
    reader = Reader()
    first = reader.ask(Refusal("no"))
    again = reader.ask(Refusal("no"), headers=[(b"retry-after", b"3"), (b"x-request-id", b"req_2")])
    assert (1, first) == (reader.reads, again)


def test_what_matters_is_read_again() -> None:
    """Another body, status, provider, class, message, or time to wait."""
    reader = Reader()
    reader.ask(Refusal("no"))
    reader.ask(Refusal("never"))
    reader.ask(ValueError("no"))
    reader.ask()
    reader.ask(Refusal("no"), status=503)
    reader.ask(Refusal("no"), body=BODY + b" ")
    reader.ask(Refusal("no"), provider="deepseek")
    reader.ask(Refusal("no"), headers=[(b"retry-after", b"4")])
    reader.ask(Refusal("no"), headers=[(b"retry-after", b"3"), (b"cf-mitigated", b"challenge")])
    assert 9 == reader.reads


def test_a_reset_counts_where_nothing_is_left() -> None:
    """While requests remain, the time of their renewal is no wait."""
    reader = Reader()
    for left in (b"10", b"9", b"0", b"0"):
        headers = [(b"x-ratelimit-remaining", left), (b"x-ratelimit-reset", b"%d" % (100 + reader.reads))]
        reader.ask(headers=headers)
    assert 3 == reader.reads


def test_a_verdict_grows_old() -> None:
    """It may name a moment at which to try again."""
    reader = Reader()
    reader.ask()
    reader.now += MAX_AGE_S + 0.1
    reader.ask()
    assert 2 == reader.reads


def test_an_exception_with_a_cause_is_read_each_time() -> None:
    """The cause may tell more than the answer."""
    reader = Reader()
    for _ in range(2):
        error = Refusal("no")
        error.__cause__ = TimeoutError()
        reader.ask(error)
    assert 2 == reader.reads


def test_few_are_kept_and_none_that_is_large() -> None:
    """Memory is bounded."""
    reader = Reader()
    for number in range(1000):
        reader.ask(body=b"%d" % number)
    large = b"x" * 100_000
    reader.ask(body=large)
    reader.ask(body=large)
    assert 1002 == reader.reads
    assert len(reader._verdicts._kept) <= 64
