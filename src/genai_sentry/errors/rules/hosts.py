"""Hosted inference, one table a provider: those whose words or codes need more than the common tables say."""

from genai_sentry.errors.rules.model import Family

XAI = Family(
    name="xai",
    providers=("xai", "x_ai", "x.ai", "grok"),
    signs=("x.ai", "grok"),
    phrases={
        "quota_exceeded/insufficient_balance": """
            used all available credits or reached its monthly spending limit
            doesn't have any credits or licenses
            has run out of credits
        """,
        "content_filter/prompt": """
            failed check: safety_check
        """,
        "model_unavailable/no_access": """
            team does not have access to the model
        """,
        "authentication/invalid_key": """
            incorrect api key provided
        """,
        "permission_denied/other": """
            api key is currently blocked
        """,
    },
    own_phrases={
        "permission_denied/other": """
            api key … disabled
        """,
    },
)

GROQ = Family(
    name="groq",
    providers=("groq",),
    signs=("groq",),
    codes={
        "model_unavailable/deprecated": """
            model_decommissioned
            model_is_deactivated
        """,
        "model_unavailable/no_access": """
            model_terms_required
            model_permission_blocked_project
            model_permission_blocked_org
        """,
        "permission_denied/org": """
            organization_restricted
        """,
        "quota_exceeded/spend_limit": """
            blocked_api_access
        """,
        "server_error/overloaded": """
            over_capacity
        """,
        "invalid_request/payload_too_large": """
            request_entity_too_large
        """,
    },
    phrases={
        "quota_exceeded/spend_limit": """
            spend limit … has been reached
            organization … blocked … spend
        """,
        "context_length/input_too_long": """
            please reduce the length of the messages or completion
        """,
        "server_error/overloaded": """
            is currently over capacity
        """,
        "model_unavailable/deprecated": """
            model has been deactivated
        """,
        "model_unavailable/no_access": """
            requires terms acceptance
        """,
        "permission_denied/org": """
            organization has been restricted
        """,
    },
)

TOGETHER = Family(
    name="together",
    providers=("together",),
    signs=("together.ai", "together.xyz", "togethercomputer"),
    codes={
        "model_unavailable/loading": """
            dedicated_endpoint_not_running
            endpoint_not_running
        """,
        "model_unavailable/no_access": """
            model_not_available
            non_serverless_model
            missing_model_access
        """,
        "rate_limit": """
            dynamic_request_limited
        """,
        "rate_limit/tokens_per_minute": """
            dynamic_token_limited
        """,
        "quota_exceeded/insufficient_balance": """
            credit_limit_exceeded
            credits_exhausted
        """,
    },
    phrases={
        "model_unavailable/no_access": """
            unable to access non-serverless model
            unable to access model
        """,
        "context_length/max_tokens_too_large": """
            inputs tokens + max_new_tokens must be
        """,
        "quota_exceeded/insufficient_balance": """
            credit limit exceeded
        """,
        "server_error/overloaded": """
            request queue … full
        """,
    },
)

REPLICATE = Family(
    name="replicate",
    providers=("replicate",),
    signs=("replicate",),
    phrases={
        "model_unavailable/not_found": """
            specified version does not exist
            invalid version or not permitted
            model or version … could not be found
        """,
        "invalid_request/not_found": """
            does not expose a list of versions
        """,
        "invalid_request/invalid_parameter": """
            must be in the format owner/name
        """,
        "quota_exceeded/insufficient_balance": """
            you have insufficient credit to run this model
        """,
    },
)

FIREWORKS = Family(
    name="fireworks",
    providers=("fireworks",),
    signs=("fireworks",),
    own_broad={
        "model_unavailable/not_found": """
            NOT_FOUND
        """,
    },
    phrases={
        "model_unavailable/not_found": """
            model not found, inaccessible, and/or not deployed
        """,
        "quota_exceeded/insufficient_balance": """
            account … suspended … billing
            account is suspended
            account suspended
        """,
    },
)

CEREBRAS = Family(
    name="cerebras",
    providers=("cerebras",),
    signs=("cerebras",),
    codes={
        "rate_limit/tokens_per_minute": """
            token_quota_exceeded
            too_many_tokens_error
        """,
        "rate_limit/requests_per_minute": """
            request_quota_exceeded
        """,
        "server_error/overloaded": """
            queue_exceeded
        """,
        "authentication/invalid_key": """
            wrong_api_key
        """,
        "invalid_request/unsupported_parameter": """
            wrong_api_format
        """,
    },
    broad={
        "rate_limit": """
            too_many_requests_error
        """,
    },
    phrases={
        "server_error/overloaded": """
            we're experiencing high traffic
        """,
        "rate_limit/tokens_per_minute": """
            tokens per minute limit exceeded
        """,
        "rate_limit/requests_per_minute": """
            requests per minute limit exceeded
        """,
        "rate_limit/tokens_per_day": """
            tokens per day limit exceeded
        """,
        "rate_limit/requests_per_day": """
            requests per day limit exceeded
        """,
    },
    own_broad={
        "rate_limit/tokens_per_minute": """
            too_many_tokens
        """,
    },
)

MISTRAL = Family(
    name="mistral",
    providers=("mistral", "codestral"),
    signs=("mistral",),
    own_codes={
        "model_unavailable/not_found": """
            1500
        """,
        "rate_limit": """
            1300
        """,
        "rate_limit/requests_per_minute": """
            1302
        """,
        "server_error/overloaded": """
            3505
        """,
        "invalid_request/invalid_message_order": """
            3230
        """,
        "context_length/input_too_long": """
            3051
        """,
    },
    codes={
        "server_error/overloaded": """
            service_tier_capacity_exceeded
        """,
        "invalid_request/invalid_message_order": """
            invalid_request_message_order
        """,
    },
    phrases={
        "server_error/overloaded": """
            service tier capacity exceeded
        """,
        "invalid_request/invalid_message_order": """
            not the same number of function calls
            expected last role user or tool
        """,
        "rate_limit": """
            monthly … rate limit
        """,
        "context_length/input_too_long": """
            too large for model with … maximum context length
        """,
    },
)

COHERE = Family(
    name="cohere",
    providers=("cohere",),
    signs=("cohere",),
    phrases={
        "quota_exceeded/insufficient_quota": """
            trial key … api calls / month
            trial token … api calls / month
        """,
        "rate_limit/requests_per_minute": """
            trial key … api calls / minute
            trial token … api calls / minute
            api calls / minute
        """,
        "context_length/input_too_long": """
            size limit exceeded by … tokens
            limit for this model is … tokens
            too many tokens: total number of tokens
            total number of tokens
            total tokens … exceed
        """,
        "content_filter/prompt": """
            blocked input
            blocked output
        """,
        "model_unavailable/deprecated": """
            was removed on
        """,
        "model_unavailable/not_found": """
            make sure the correct model id was used
        """,
    },
    own_codes={
        "context_length/input_too_long": """
            TOO_MANY_TOKENS
        """,
    },
)
