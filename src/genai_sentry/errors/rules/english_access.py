"""Wordings in English about what a key, an account or a region may use, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_ACCESS = Family(
    name="english",
    phrases={
        "permission_denied/scope": """
            permission is required to access
            permission is required for
            permissions are required
            does not have permission … on
            do not have permission … on
            insufficient permissions
            do not have sufficient permissions
            does not have sufficient permissions
            not authorized to operate on
            not accessible by integration
            check your request permissions
            does not have … access to the
            only authorized for use with
            credential … cannot be used for other
        """,
        "server_error/overloaded": """
            engine overloaded
            high amounts of traffic
            high amount of traffic
        """,
        "model_unavailable/not_found": """
            specified model … is unavailable
            specified model … cannot be accessed
        """,
        "content_filter/output": """
            blocked a proper response
        """,
        "content_filter/prompt": """
            could not generate … based on the prompt provided
            raimediafilteredreasons
            raimediafilteredcount
        """,
        "permission_denied/org": """
            must be verified to generate reasoning
            header to match the
            permission denied for this workspace
            permission denied for this organization
            team has been blocked
            workspace has been
            organization has been blocked
            org not verified
            org is not verified
            deactivated_workspace
            require the openai-project header
            require the openai-organization header
        """,
        "permission_denied/other": """
            permission to visit this site
            blocked by upstream provider
            blocked by the upstream provider
        """,
        "permission_denied/ip": """
            ip address … forbidden
            ip address … blocked
            blocked by … firewall
            firewall … intercepting
            firewall is blocking
            firewall blocked
        """,
        "permission_denied/region": """
            access to … models is not available in your region
            access to … models is not available in this region
        """,
        "quota_exceeded/insufficient_balance": """
            no remaining credits
            no credits remaining
            credits have expired
        """,
        "quota_exceeded/insufficient_quota": """
            sign up for a … subscription
        """,
        "model_unavailable/no_access": """
            requested model is not available for
            model … requires allowlisting
            model … requires allowlist
            model not available on your
            model … is not available on your
            model … not available in your subscription
            not available for this api key
            not available for your api key
            not available for your plan
            not available for your account
            not available for your subscription
            model … not available to you
            model … not work with your current plan
            model … not granted
            model … not available in this region
            model … not available in your region
            model … not available in region
            model … not available in the region
            model … unavailable in your region
            model … not supported in this region
            model … not supported in your region
            not have access to the requested model
        """,
        "authentication/missing_key": """
            no authorization header
            not pass an authentication
            api key not found … environment
            not pass an api key
            not provide an api token
            not provide an authentication
            no credential for
            user is required to access
            not currently signed in
            not currently logged in
        """,
        "authentication/malformed": """
            header content ["authorization"]
        """,
    },
    words={
        "invalid_response/malformed": """
            unexpected response from
        """,
        "connection_error/other": """
            could not reach
            not connected
            couldn't reach
            can't reach
        """,
        "model_unavailable/no_provider": """
            all llm providers failed
            all models failed
            all fallbacks failed
        """,
    },
)
