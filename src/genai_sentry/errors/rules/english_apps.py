"""How applications and agents tell their users that a call failed, in English."""

from genai_sentry.errors.rules.model import Family

ENGLISH_APPS = Family(
    name="english",
    phrases={
        "invalid_request/payload_too_large": """
            upload is too big
            upload is too large
        """,
        "invalid_request/unsupported_parameter": """
            function calling is not available
            tool calling is not available
            tools are not available for
            tool use is not available
            streaming is not available
        """,
        "invalid_response/truncated": """
            ran out of output tokens
            out of output tokens
            ran out of tokens before
        """,
        "content_filter/output": """
            reply was removed by
            answer was removed by
            response was removed by
            output was removed by
            removed by moderation
        """,
        "model_unavailable/no_access": """
            only available to paying
            only available to paid
            only available to pro
            only available to enterprise
            key can't use this model
            key cannot use this model
            not available on your plan
            not included in your plan
        """,
        "connection_error/tls": """
            establish a secure connection
            secure connection failed
            could not secure the connection
        """,
        "connection_error/other": """
            appear to be offline
            you are offline
            you're offline
            no internet connection
            no network connection
        """,
        "server_error/unavailable": """
            is offline at the moment
            is currently offline
            service outage
            there is an outage
            ongoing outage
        """,
        "server_error/overloaded": """
            too many people
            too much traffic
            receiving a lot of traffic
            lots of traffic right now
            heavy traffic
            too many users
        """,
        "server_error/internal": """
            internal problem occurred
            internal problem while
            wrong on the provider's side
            wrong on the server's side
            wrong on the server side
            wrong on the provider's end
            wrong on our side
            wrong on their side
        """,
        "server_error/bad_gateway": """
            upstream returned an invalid
            upstream sent an invalid
            valid answer from upstream
            valid response from upstream
            valid response from the upstream
        """,
        "timeout/client_read": """
            stopped waiting after
            client stopped waiting
            no response within … sec
            no reply within … sec
            no answer within … sec
            no data within … sec
        """,
        "timeout/app_deadline": """
            ran longer than
            running longer than
            took longer than the allowed
            exceeded the maximum allowed time
            exceeded the allowed time
            exceeded its time budget
            hit its time budget
            time budget of
            time budget exceeded
            exceeded maximum execution time
            maximum execution time exceeded
            maximum run time
            maximum runtime exceeded
        """,
        "connection_error/refused": """
            nothing is listening on
            connection was refused
            connection got refused
            refused the connection
        """,
        "connection_error/dns": """
            host name … could not be resolved
            hostname … could not be resolved
            host could not be resolved
        """,
        "connection_error/proxy": """
            proxy refused
            proxy rejected the connection
        """,
        "connection_error/incomplete_body": """
            response was interrupted
            reply was interrupted
            answer was interrupted
            interrupted midway
            stream was cut
            stream got cut
            stream broke off
            stream closed unexpectedly
            stream ended unexpectedly
            stream stopped unexpectedly
        """,
        "authentication/missing_key": """
            api key is needed
            api key is necessary
            needs an api key
            requires an api key
            added an api key yet
            add your openai key
            add your api key
            add an api key
            enter your api key
            sign in to use
            log in to use
            sign in to continue
            log in to continue
            sign in first
            log in first
        """,
        "permission_denied/org": """
            admin has turned off
            admin has disabled
            administrator has turned off
            administrator has disabled
            admin turned off
        """,
        "quota_exceeded/insufficient_quota": """
            used all of your free
            used all your free
            used up all of your
            used up your
            included usage has run out
            usage has run out
            out of free
            no free … left
        """,
        "rate_limit": """
            before sending another
            before trying another
            before your next request
            quota for this minute
            requests for this minute
            limiting our requests
            limiting your requests
            limiting requests
            throttling our requests
            throttling your requests
        """,
        "rate_limit/requests_per_day": """
            messages a day
            requests a day
            messages per day
            calls a day
            today's request limit
            today's limit
            limit for today
            daily request limit
            daily message limit
        """,
        "rate_limit/concurrency": """
            too many parallel
            simultaneous requests
            simultaneous calls
            already have a request in progress
            already a request in progress
            another request is in progress
            another request is already
            request is already in progress
            request is already running
            generation is already in progress
            run at once
            at once are allowed
        """,
        "context_length/input_too_long": """
            fit into the model's context
            fit in the model's context
            fit into the context
            fit in the context
            fit within the context
        """,
        "context_length/max_tokens_too_large": """
            max_tokens is larger than
            max_tokens is greater than
            max_tokens exceeds
        """,
        "content_filter/image": """
            image could not be generated because of
            images could not be generated because of
            image was blocked
            image was rejected by
        """,
        "invalid_response/empty": """
            came back with nothing
            came back empty
            returned nothing
            said nothing
        """,
        "invalid_response/malformed": """
            model's json could not
            json could not be read
            json could not be parsed
            json could not be decoded
            make sense of the model's
            make sense of the answer
            make sense of the reply
            make sense of the response
        """,
        "invalid_response/schema": """
            picked a tool
            chose a tool that
            a tool we don't have
            answer is missing
            reply is missing
            response is missing the
            output is missing
            called a tool that does not exist
            called a tool that doesn't exist
            called an unknown tool
            called a nonexistent tool
            tried to call a tool that
        """,
        "invalid_request/invalid_message_order": """
            messages in a row
            consecutive user messages
            consecutive assistant messages
            last message must come from
            last message must be
            last message should be
            last message cannot be
            first message must come from
            first message cannot be
        """,
        "cancelled": """
            you stopped the
            you cancelled the
            you canceled the
            you interrupted the
            stopped by you
            cancelled by you
        """,
    },
)
