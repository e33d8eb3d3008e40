"""What the rate-limit headers of one response say."""

from __future__ import annotations

from typing import NamedTuple


class Window(NamedTuple):
    """One limit: so much of a quantity in a period.

    Attributes:
        kind: `requests`, `tokens`, `input_tokens`, `output_tokens`, …, with `_per_minute`, `_per_day`, … where the
            header's name tells the period.
        limit: the most that may be used; None where the provider does not say.
        remaining: what is left.
        reset_s: seconds until the limit is whole again; None where the provider does not say.
        period_s: seconds in which the whole limit comes back; None where unknown.
    """

    kind: str
    limit: float | None
    remaining: float
    reset_s: float | None = None
    period_s: float | None = None


class RateLimits(NamedTuple):
    """The limits that one response names. None: the provider does not say.

    Where a provider has several limits on one quantity (a minute's and a day's), the fields show the one of which
    the smallest share is left; `windows` has them all.

    Attributes:
        limit_requests, remaining_requests: requests allowed, and left.
        reset_requests_s: seconds until the requests are whole again.
        limit_tokens, remaining_tokens, reset_tokens_s: the same for tokens, input and output together.
        limit_input_tokens, remaining_input_tokens, reset_input_tokens_s: for input tokens where limited apart.
        limit_output_tokens, remaining_output_tokens, reset_output_tokens_s: for output tokens where limited apart.
        retry_after_s: seconds to wait before a retry.
        windows: every limit, quantities such as audio seconds included.
    """

    limit_requests: int | None = None
    remaining_requests: int | None = None
    reset_requests_s: float | None = None
    limit_tokens: int | None = None
    remaining_tokens: int | None = None
    reset_tokens_s: float | None = None
    limit_input_tokens: int | None = None
    remaining_input_tokens: int | None = None
    reset_input_tokens_s: float | None = None
    limit_output_tokens: int | None = None
    remaining_output_tokens: int | None = None
    reset_output_tokens_s: float | None = None
    retry_after_s: float | None = None
    windows: tuple[Window, ...] = ()

    def each(self) -> tuple[Window, ...]:
        """Every limit of which the remainder is known; made from the fields where `windows` is empty."""
        if self.windows:
            return self.windows
        fields = (
            ("requests", self.limit_requests, self.remaining_requests, self.reset_requests_s),
            ("tokens", self.limit_tokens, self.remaining_tokens, self.reset_tokens_s),
            ("input_tokens", self.limit_input_tokens, self.remaining_input_tokens, self.reset_input_tokens_s),
            ("output_tokens", self.limit_output_tokens, self.remaining_output_tokens, self.reset_output_tokens_s),
        )
        return tuple(
            Window(kind, limit, remaining, reset) for kind, limit, remaining, reset in fields if remaining is not None
        )

    def ratios(self) -> dict[str, float]:
        """The share that is left, 0.0 to 1.0, of each limit whose size is known, by kind."""
        return {
            window.kind: min(1.0, max(0.0, window.remaining / window.limit)) for window in self.each() if window.limit
        }
