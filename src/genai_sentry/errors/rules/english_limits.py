"""Wordings in English about limits of rate, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_LIMITS = Family(
    name="english",
    phrases={
        "rate_limit": """
            enqueued token limit
            token limit reached
            batch … limit
            limit exceeded for this minute
            per-minute limit
            per-hour limit
            reached our limits
            messages per hour
            requests per hour
            too many messages
            limit will reset
            wait for rate limits to reset
            accounts cooling down
            credentials cooling down
            is cooling down
            in cooldown
            limit resets
            resets at
            resets in
            rate limit reached
            rate limit exceeded
            rate limit is exceeded
            exceeded … rate limit
            exceed … rate limit
            exceed the rate limit
            exceed your rate limit
            exceed your organization's rate limit
            exceeds your … rate limit
            reached … rate limit
            hit … rate limit
            rate-limited upstream
            temporarily rate-limited
            rate limited
            request limit exceeded
            requests per minute
            requests per second
            tokens per minute
            tokens per day
            requests per day
            hit your usage limit
            usage limit has been reached
            throttled
            throttling
            request was throttled
            please slow down
            slow down
            too frequent
            acceleration limit
            resource has been exhausted
            quota exceeded for quota metric
            quota exceeded for metric
            reached your daily
            daily limit
            requests today
            throughput limit
            request rate
            rate too high
            token allowance
            request allowance
            requests this minute
            faster than your
            hour limit
            weekly limit
            limit reached … resets
            limit reached … reset
            exceeded your … token usage
            quota … will reset
            quota has been exhausted … reset
            quota has been exhausted … try again in
            quota exhausted … try again in
            quota exceeded … resets
            usage quota … will reset
            request burst
            traffic growth
            daily usage limit
            usage limit exceeded
            your request was limited
        """,
        "rate_limit/concurrency": """
            max organization concurrency
            concurrency limit
            concurrent requests
            concurrent request limit
            concurrent connections
            maximum concurrency
            too many concurrent
            parallel requests
            max parallel request
            number of concurrent
            max concurrency
            concurrency ceiling
            requests at the same time
            calls at the same time
        """,
        "rate_limit/requests_per_minute": """
            request rate is too high
        """,
        "rate_limit/request_exceeds_limit": """
            request too large for … tokens per minute
            request too large … limit … requested
            request too large for … tpm
            request too large for … service tier
        """,
        "rate_limit/requests_per_day": """
            exhausted your daily quota
            exceeded your daily quota
            daily quota exceeded
            daily quota has been
            daily quota on this
        """,
    },
    words={
        "rate_limit": """
            per hour
            rate limit
            ratelimit
            too many
            retry after
            usage limit
            per minute
            per second
            throughput
            concurrency
            concurrently
            back off
            try again in a few minutes
            reached the limit
            reached your limit
            limit reached
            limit has been reached
        """,
        "rate_limit/concurrency": """
            at the same time
        """,
    },
    wrappers={
        "rate_limit": """
            too many requests
        """,
    },
)
