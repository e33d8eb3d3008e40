"""Wordings in English about limits, models and servers, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_SERVICE = Family(
    name="english",
    phrases={
        "model_unavailable/not_found": """
            engine … not found
            engine … was not found
            engine does not exist
            given endpoint does not exist
            model is not available
            endpoint … does not exist
            model … does not exist
            model … not found
            model not found
            no such model
            unknown model
            invalid model
            unrecognized model
            not a valid model
            not a valid model id
            is not found for api version
            model … is not recognized
            model … not available
            deployment … does not exist
            deployment … not found
            could not find model
            cannot find model
            no model named
            model identifier is invalid
            provided model identifier
            supported model names are
            is not a supported model
            model is not supported
            model … is not supported
            unsupported model
            model code … not
            requested model is not
            invalid model name
            issue with the selected model
            failed to resolve model
        """,
        "model_unavailable/deprecated": """
            model … has been deprecated
            model … has been retired
            model … no longer available
            model … no longer supported
            model … no longer served
            model … has been removed
            model … has been sunset
            model … has been shut down
            model … discontinued
            model … decommissioned
            model has been disabled
            model is disabled
            model was disabled
            model … deprecated
            is deprecated and
            end of its life
            end-of-life
        """,
        "model_unavailable/no_access": """
            model … not available for your
            not allowed to sample from this model
            not allowed to use this model
            not permitted to use model
            no access to model
            do not have access to this model
            model is not available to
            not available to your
            not authorized to use this model
            upgrade … to use this model
            requires a paid
            promotion has ended
            free period has ended
            does not have access to … model
            does not have access to model
            do not have access to the model
            don't have access to the model
            don't have access to model
            access to model denied
            organization must be verified
            not allowed to access model
            allowed to access this model
            not available on your current plan
            not available on the free
            model … requires … plan
            model … subscription
            no permission to access model
            is not enabled for this
            model … not enabled
            currently only available to
            access to this model
            accept the terms of this model
            gated repo
            model … not authorized
            on-demand throughput
            not eligible for using the model
            requires a subscription
            upgrade for access
            is not supported when using … account
        """,
        "model_unavailable/loading": """
            endpoint is initializing
            is initializing
            is starting up
            is cold
            spinning up
            model is currently loading
            currently loading
            endpoint … is not running
            model … is not ready
            model is not ready
            still loading
            model is warming up
            model is starting
            cold start
            is being loaded
            scaled to zero
            is paused
        """,
        "model_unavailable/no_provider": """
            no endpoints found
            no available channel
            no available model provider
            no allowed providers
            no providers available
            no provider available
            no available provider
            no deployments available
            no healthy deployments
            no models available
            no available models
            no model available
            no available accounts
            all providers failed
            not supported by any provider
        """,
        "server_error/overloaded": """
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
        """,
        "server_error/internal": """
            error on our side
            error occurred on our
            server had an error while processing your request
            error occurred while processing your request
            internal error encountered
            unexpected error occurred
            cuda out of memory
            out of memory
            cuda error
            unexpected tokens remaining in message header
            expecting start token
            model produced invalid
            something went wrong on our end
            encountered an unexpected error
            encountered an internal error
            internal failure
            unexpected error during
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
        """,
        "server_error/bad_gateway": """
            invalid response from upstream
            received an invalid response from it
            web server is returning an unknown error
            web server is down
            origin is unreachable
            upstream request failed
        """,
        "cancelled": """
            interrupted by user
            canceled by the caller
            cancelled by the caller
            aborted by the user
            request cancelled by user
            request was cancelled
            request was canceled
            request cancelled
            request canceled
            cancelled by user
            canceled by user
            aborted by user
            user aborted
            request was aborted
            client closed request
            client disconnected
            operation was aborted
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
            try again in a few minutes
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
        """,
        "rate_limit/request_exceeds_limit": """
            request too large for … tokens per minute
            request too large … limit … requested
            request too large for … tpm
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
        """,
        "timeout/upstream": """
            timed out
            timeout
            time out
            deadline expired
            took too long
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
            crashed
            internal error
            server error
        """,
        "model_unavailable": """
            model not
        """,
        "cancelled": """
            cancelled
            canceled
            aborted
        """,
        "model_unavailable/not_found": """
            did you mean
        """,
    },
    wrappers={
        "server_error/unavailable": """
            service unavailable
        """,
        "server_error/bad_gateway": """
            bad gateway
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
    },
)
