"""Failures that an answer under HTTP 200 tells by its finish reason, or by being no answer at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genai_sentry.errors.taxonomy import Classification, ErrorType, Reason, classification

if TYPE_CHECKING:
    from genai_sentry.wire.outcome import Outcome

FILTERED = {
    "content_filter": Reason.OUTPUT,
    "content_filtered": Reason.OUTPUT,
    "guardrail_intervened": Reason.OUTPUT,
    "refusal": Reason.OUTPUT,
    "sensitive": Reason.OUTPUT,
    "safety": Reason.OUTPUT,
    "prohibited_content": Reason.OUTPUT,
    "blocklist": Reason.OUTPUT,
    "spii": Reason.OUTPUT,
    "error_toxic": Reason.OUTPUT,
    "recitation": Reason.COPYRIGHT,
    "image_safety": Reason.IMAGE,
    "image_prohibited_content": Reason.IMAGE,
    "image_recitation": Reason.COPYRIGHT,
}
"""Finish reasons, in lower case, by which providers say that a policy stopped the output."""

TRUNCATED = frozenset({"length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded"})
"""Finish reasons, in lower case, by which providers say that the output limit was reached."""


def classify_finish(outcome: Outcome, *, report_truncated: bool = False) -> Classification | None:
    """The failure that an answer's finish reasons tell, or that it can't be used; None where there is none.

    Args:
        outcome: the decoded answer.
        report_truncated: whether a cut-off output counts as a failure.
    """
    if outcome.fault is not None:
        return classification(ErrorType.INVALID_RESPONSE, Reason(outcome.fault), evidence=f"body={outcome.fault}")
    told = [*outcome.finish_reasons]
    if outcome.incomplete_reason:
        told.append(outcome.incomplete_reason)
    for finish in told:
        reason = FILTERED.get(finish.lower())
        if reason is not None:
            return classification(ErrorType.CONTENT_FILTER, reason, evidence=f"finish_reason={finish}")
    if report_truncated:
        for finish in told:
            if finish.lower() in TRUNCATED:
                return classification(ErrorType.INVALID_RESPONSE, Reason.TRUNCATED, evidence=f"finish_reason={finish}")
    return None
