"""Wordings in English about the service and the way to it: faults, overload, time, connections, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_SERVICE = Family(
    name="english",
    phrases={
        "server_error/overloaded": """
            engine overloaded
            high amounts of traffic
            high amount of traffic
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
        "timeout/upstream": """
            did not observe any item or terminal signal
        """,
    },
    words={
        "connection_error/other": """
            could not reach
            not connected
            couldn't reach
            can't reach
            apiconnectionerror
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
        "cancelled": """
            request was cancelled
            request was canceled
            operation was aborted
            operation was cancelled
            operation was canceled
        """,
    },
)
