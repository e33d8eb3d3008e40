"""`LLMTriage`: off the request path, remembered, bounded, never recursive, never a leak."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from genai_sentry.errors.classify import classify
from genai_sentry.errors.taxonomy import ErrorType, classification
from genai_sentry.triage import LLMTriage, normalised, read_answer, second_opinion

UNKNOWN = classify(message="Something happened")


class Model:
    """Answers every prompt alike and keeps them."""

    def __init__(self, answer: Any = "quota_exceeded/spend_limit") -> None:
        self.answer = answer
        self.prompts: list[str] = []

    def __call__(self, prompt: str) -> Any:
        self.prompts.append(prompt)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_an_unknown_error_gets_the_models_label() -> None:
    """The label is the taxonomy's, the evidence says who gave it."""
    found = LLMTriage(Model(), wait_s=5)("The purse is empty", provider="openai", status=400)
    assert found is not None
    assert ("quota_exceeded", "spend_limit", "llm_triage") == (found.type, found.reason, found.evidence)


def test_the_same_error_is_asked_about_once() -> None:
    """Ids, numbers and addresses do not make another error of it."""
    model = Model()
    triage = LLMTriage(model, wait_s=5)
    for number in range(5):
        triage(f"The purse 1{number}7 of req_a8f{number}99bc77d1e is empty, see https://h.example/{number}")
    assert 1 == len(model.prompts) == triage.calls


def test_calls_are_bounded() -> None:
    """No more than so many calls an hour, whatever comes."""
    model = Model()
    triage = LLMTriage(model, max_calls_per_hour=2, wait_s=5)
    answers = [triage(f"Odd error {word}") for word in ("one", "two", "three", "four")]
    assert 2 == len(model.prompts)
    assert [True, True, False, False] == [answer is not None for answer in answers]


def test_money_is_bounded() -> None:
    """What `complete` says a call cost counts, else the estimate."""
    model = Model(("timeout/gateway", 0.6))
    triage = LLMTriage(model, max_usd=1.0, usd_per_call=0.5, wait_s=5)
    assert triage("Odd error one") is not None
    assert triage("Odd error two") is None
    assert (1, 0.6) == (triage.calls, triage.spent_usd)


def test_a_failing_model_leaves_the_error_unknown_and_is_asked_again() -> None:
    """A failure is no answer to remember."""
    model = Model(RuntimeError("down"))
    triage = LLMTriage(model, wait_s=5)
    assert triage("Odd error") is None
    model.answer = "timeout/gateway"
    found = triage("Odd error")
    assert found is not None
    assert "timeout" == found.type


def test_a_slow_model_holds_nobody_up() -> None:
    """The caller goes on after `wait_s`; the label serves the next occurrence."""
    release = threading.Event()

    def slow(prompt: str) -> str:
        release.wait(10)
        return "timeout/gateway"

    triage = LLMTriage(slow, wait_s=0.01)
    assert triage("Odd error") is None
    release.set()
    triage._wait_s = 5
    found = triage("Odd error")
    assert found is not None
    assert 1 == triage.calls


def test_its_own_failures_are_not_triaged() -> None:
    """What fails while the model is being asked is not asked about."""
    inner: list[Any] = []

    def complete(prompt: str) -> str:
        inner.append(triage("An unknown failure of the model itself"))
        inner.append(second_opinion(UNKNOWN, triage, "Another one"))
        return "timeout/gateway"

    triage = LLMTriage(complete, wait_s=5)
    assert triage("Odd error") is not None
    assert [None, UNKNOWN] == inner
    assert 1 == triage.calls


def test_its_calls_are_not_observed() -> None:
    """Instrumentations are told to look away."""
    from opentelemetry.instrumentation.utils import is_instrumentation_enabled

    seen: list[bool] = []

    def complete(prompt: str) -> str:
        seen.append(is_instrumentation_enabled())
        return "timeout/gateway"

    assert LLMTriage(complete, wait_s=5)("Odd error") is not None
    assert [False] == seen


def test_what_is_sent_holds_no_key_and_no_quoted_prompt() -> None:
    """The message is normalised and scrubbed first."""
    model = Model()
    LLMTriage(model, wait_s=5)('Odd state for sk-proj-abcdefgh12345678 after "my deepest secret is this" in step 12')
    sent = model.prompts[0]
    assert "abcdefgh12345678" not in sent
    assert "deepest" not in sent
    assert "Odd state" in sent


def test_memory_is_bounded() -> None:
    """The oldest label goes first."""
    model = Model()
    triage = LLMTriage(model, max_calls_per_hour=100, wait_s=5, remember=2)
    for word in ("one", "two", "three", "one"):
        triage(f"Odd error {word}")
    assert 4 == len(model.prompts)


@pytest.mark.parametrize(
    ("answer", "label"),
    [
        ("rate_limit/requests_per_day", ("rate_limit", "requests_per_day")),
        ("The label is `timeout/gateway`.", ("timeout", "gateway")),
        ("timeout", ("timeout", "unspecified")),
        ("unknown", None),
        ("unknown/unspecified", None),
        ("nonsense/words", None),
        ("", None),
    ],
)
def test_answers(answer: str, label: tuple[str, str] | None) -> None:
    """A label of the taxonomy, or none."""
    assert label == read_answer(answer)


def test_normalising() -> None:
    """What changes from one occurrence to the next is gone."""
    one = normalised("Odd 12 in 3fa85f64-5717-4562-b3fc-2c963f66afa6 at a@b.example")
    assert normalised("Odd 99 in 11111111-5717-4562-b3fc-2c963f66afa6 at c@d.example") == one


def test_an_openai_client_can_be_asked() -> None:
    """Through its chat completions."""

    def create(*, model: str, messages: list[dict[str, str]]) -> Any:
        assert "Odd error" in messages[0]["content"]
        return SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content=f"timeout/gateway ({model})"))])

    client: Any = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))
    found = LLMTriage.openai(client, "m", wait_s=5)("Odd error")
    assert found is not None
    assert "gateway" == found.reason


def test_only_the_unknown_is_asked_about() -> None:
    """A second opinion on anything else is the first."""
    model = Model()
    first = classification(ErrorType.TIMEOUT)
    assert first is second_opinion(first, lambda *_, **__: model("x"), "x")
    assert [] == model.prompts


@pytest.mark.parametrize("answer", ["timeout/gateway", classification(ErrorType.TIMEOUT)])
def test_a_classifier_of_the_users_own(answer: Any) -> None:
    """It may answer with a label or a classification."""
    assert "timeout" == second_opinion(UNKNOWN, lambda message, **facts: answer, "x").type


@pytest.mark.parametrize("answer", [None, "nonsense", 7])
def test_a_classifier_without_an_answer(answer: Any) -> None:
    """Anything else, and a failure, leaves the error unknown."""

    def classifier(message: str, **facts: object) -> Any:
        if answer == 7:
            raise RuntimeError
        return answer

    assert UNKNOWN is second_opinion(UNKNOWN, classifier, "x")
