"""Wordings in English about limits and servers, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_SERVICE = Family(
    name="english",
    phrases={
        "server_error/overloaded": """
            disconnect/reset before headers. reset reason: overflow
            reset reason: overflow
            engine is currently overloaded
            server is overloaded
            currently overloaded
            is overloaded
            overloaded with other requests
            servers are overloaded
            server is busy
            service is busy
            servers are currently overloaded
            no capacity available
            capacity exceeded
            over capacity
            at capacity
            insufficient capacity
            out of capacity
            capacity constraints
            experiencing high demand
            high demand
            high traffic
            experiencing high load
            model busy
            is too busy
            temporarily overloaded
            system is busy
            queue is full
            server overload
            heavy load
            server had an error while processing … overloaded
            too much load
            currently busy
            demand is
        """,
        "server_error/internal": """
            error on our side
            error occurred on our
            server had an error while processing your request
            error occurred while processing your request
            internal error encountered
            reach database server
            no connected db
            internal error occurred
            internal error has occurred
            cuda out of memory
            out of memory
            cuda error
            unexpected tokens remaining in message header
            expecting start token
            model produced invalid
            something went wrong on our end
            internal error during
            internal error while
            encountered an unexpected error
            encountered an internal error
            internal failure
            unexpected error during
            produced invalid content
            on our side
            on our end
            our fault
            finish_reason: error
        """,
        "server_error/unavailable": """
            temporarily unavailable
            service is unavailable
            service is temporarily unavailable
            currently unavailable
            no healthy upstream
            unable to process your request
            under maintenance
            scheduled maintenance
            upstream connect error
            service is not available
            unable to verify … try again
            endpoint is unavailable
        """,
        "connection_error/reset": """
            typeerror: terminated
        """,
        "server_error/bad_gateway": """
            invalid response from upstream
            failed to get response from provider
            failed to get a response from the provider
            received an invalid response from it
            web server is returning an unknown error
            web server is down
            origin is unreachable
            invalid or incomplete response
            could not be proxied
        """,
        "cancelled": """
            conversation interrupted
            stop reason: abort
            stop reason: aborted
            interrupted by user
            error message canceled
            error message cancelled
            canceled by the caller
            cancelled by the caller
            aborted by the user
            request cancelled by user
            request cancelled
            request canceled
            cancelled by user
            canceled by user
            aborted by user
            user aborted
            request was aborted
            client closed request
            client disconnected
            context canceled
        """,
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
        "model_unavailable/no_access": """
            access to … models is not allowed
        """,
        "timeout/upstream": """
            did not observe any item or terminal signal
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
        "timeout/upstream": """
            timed out
            timeout
            time out
            deadline expired
            took too long
            time limit
            deadline
            in time
            given up
            time allowed
        """,
        "server_error/overloaded": """
            overloaded
            overload
            busy
            capacity
        """,
        "server_error/unavailable": """
            unavailable
        """,
        "server_error/internal": """
            failed to generate
            failed to process
            failed to run
            generation failed
            prediction failed
            training failed
            crashed
            internal error
            server error
            internal fault
            internal failure
        """,
        "model_unavailable": """
            model not
        """,
        "cancelled": """
            cancelled
            canceled
            aborted
            abandoned
            pressed stop
            stopped by the client
            stopped by the user
            stopped by user
        """,
        "model_unavailable/not_found": """
            did you mean
        """,
        "connection_error/other": """
            apiconnectionerror
        """,
        "rate_limit/concurrency": """
            at the same time
        """,
    },
    wrappers={
        "server_error/internal": """
            unexpected error occurred
        """,
        "server_error/unavailable": """
            service unavailable
        """,
        "server_error/bad_gateway": """
            bad gateway
            upstream request failed
        """,
        "rate_limit": """
            too many requests
        """,
        "model_unavailable/deprecated": """
            has been deprecated
            has been decommissioned
            decommissioned
            has been retired
            is retired
            no longer available
            no longer supported
            no longer served
            has been removed
            has been sunset
            has been shut down
            discontinued
            has been discontinued
        """,
        "cancelled": """
            request was cancelled
            request was canceled
            operation was aborted
            operation was cancelled
            operation was canceled
        """,
        "invalid_request/other": """
            upstream request failed: [invalid_request_error]
        """,
    },
)
