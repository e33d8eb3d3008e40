"""Everyday English of applications: what they tell people who do not read error codes."""

from genai_sentry.errors.rules.model import Family

ENGLISH_EVERYDAY = Family(
    name="english",
    phrases={
        "rate_limit": """
            going too fast
            hit your cap
            hit the cap
            reached your cap
            reached the cap
            too many at once
            take a breather
            due to rate limiting
            because of rate limiting
        """,
        "rate_limit/requests_per_day": """
            cap for today
            limit for today
            come back tomorrow
            try again tomorrow
        """,
        "authentication/missing_key": """
            not logged in
            is logged in
            been logged out
            been signed out
            not signed in
            no key configured
            no key is configured
            no key set
            no key is set
            forgot … key
            add your api key
            add an api key
            enter your api key
            enter an api key
            paste your api key
            set up your api key
        """,
        "permission_denied/scope": """
            your role does not
            your role doesn't
            your role is not
        """,
        "content_filter/output": """
            cannot help with that
            can't help with that
            cannot assist with
            the model cannot answer this
            can't assist with
            unable to help with that
        """,
        "content_filter/image": """
            can't generate that image
            can't generate this image
            can't create that image
            can't create this image
            cannot generate that image
            cannot create that image
            image … rejected … safety
            image … blocked … safety
            picture … rejected … safety
        """,
        "model_unavailable/not_found": """
            no model by
            no model called
            no model with
        """,
        "timeout/upstream": """
            session hit the maximum duration
            session … maximum duration
            maximum session duration
            session duration limit
            before the deadline
            within the deadline
            waiting for the first
            waited too long
            gave up waiting
            still waiting for
        """,
        "invalid_response/truncated": """
            stopped before it was
            ended before it was
            stopped half-way
            stopped halfway
        """,
        "invalid_request/not_found": """
            wrong endpoint
            wrong url
            wrong path
            wrong address
        """,
        "server_error/overloaded": """
            out of gpus
            no gpus
        """,
        "connection_error/proxy": """
            proxy … password
            proxy … username
        """,
        "permission_denied/other": """
            unusual activity
            verify your email
            verify your phone
            verify your identity
            age verification
        """,
        "quota_exceeded/insufficient_quota": """
            out of extra usage. add more
        """,
    },
    words={
        "server_error/internal": """
            hiccup
            glitch
            fell over
        """,
        "server_error/overloaded": """
            too hot
            swamped
        """,
        "invalid_response/malformed": """
            garbage
            gibberish
            garbled
        """,
        "connection_error/proxy": """
            vpn
            firewall
        """,
        "permission_denied/other": """
            has no access
        """,
    },
)
