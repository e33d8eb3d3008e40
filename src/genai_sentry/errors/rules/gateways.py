"""Gateways and routers: OpenRouter, LiteLLM's proxy, new-api and one-api, Portkey, Cloudflare, Vercel, Helicone."""

from genai_sentry.errors.rules.model import Family

OPENROUTER = Family(
    name="openrouter",
    providers=("openrouter",),
    signs=("openrouter",),
    codes={
        "server_error/unavailable": """
            provider_unavailable
        """,
        "server_error/overloaded": """
            provider_overloaded
        """,
    },
    phrases={
        "quota_exceeded/insufficient_balance": """
            requires more credits
            can only afford
            insufficient credits. add more
            never purchased credits
            prompt tokens limit exceeded … upgrade to a paid account
            prompt tokens limit exceeded
        """,
        "quota_exceeded/spend_limit": """
            key limit exceeded
            create a key with a higher
            key … total limit
            key … monthly limit
            key … daily limit
        """,
        "model_unavailable/no_provider": """
            no endpoints found for
            no endpoints found matching your data policy
            no endpoints available matching your guardrail
            all providers have been ignored
            no allowed providers are available
            no available model provider that meets your routing requirements
        """,
        "invalid_request/unsupported_parameter": """
            no endpoints found that support tool use
            no endpoints found that support image input
            no endpoints found that can handle the requested parameters
        """,
        "rate_limit/requests_per_day": """
            free-models-per-day
        """,
        "rate_limit/requests_per_minute": """
            free-models-per-min
        """,
        "rate_limit": """
            is temporarily rate-limited upstream
        """,
        "content_filter/prompt": """
            requires moderation and your input was flagged
            requires moderation on
        """,
        "server_error/bad_gateway": """
            your chosen model is down or we received an invalid response
            provider returned error … bad gateway
        """,
        "model_unavailable/not_found": """
            is not a valid model id
        """,
    },
    words={
        "server_error/bad_gateway": """
            upstream error
        """,
    },
)

LITELLM = Family(
    name="litellm",
    providers=("litellm",),
    signs=("litellm",),
    codes={
        "authentication/invalid_key": """
            token_not_found_in_db
        """,
        "authentication/expired": """
            expired_key
        """,
        "model_unavailable/no_access": """
            key_model_access_denied
            team_model_access_denied
            user_model_access_denied
            org_model_access_denied
        """,
        "quota_exceeded/spend_limit": """
            budget_exceeded
            ExceededTokenBudget
        """,
        "invalid_request/invalid_parameter": """
            UnsupportedParamsError
        """,
    },
    broad={
        "authentication": """
            ProxyException
        """,
    },
    phrases={
        "authentication/malformed": """
            litellm virtual key expected
        """,
        "authentication/invalid_key": """
            invalid proxy server token passed
        """,
        "model_unavailable/not_found": """
            invalid model name passed in model
            notfounderror … no fallback model group found
        """,
        "model_unavailable/no_provider": """
            no deployments available for selected model
            no healthy deployment
        """,
        "model_unavailable/no_access": """
            key not allowed to access model
            team not allowed to access model
            can only access models
        """,
        "quota_exceeded/spend_limit": """
            exceededbudget
            exceeded token budget
            crossed … budget
            max budget
        """,
        "rate_limit/concurrency": """
            max parallel request limit reached
            crossed tpm / rpm / max parallel request limit
        """,
        "permission_denied/scope": """
            only proxy admin can
            user not allowed to access this route
        """,
        "invalid_request/invalid_parameter": """
            llm provider not provided
        """,
    },
    own_phrases={
        "connection_error/other": """
            internalservererror … connection error
        """,
    },
    words={
        "model_unavailable/not_found": """
            no fallback model group found
        """,
    },
)

NEW_API = Family(
    name="new_api",
    providers=("new-api", "new_api", "one-api", "one_api", "oneapi"),
    signs=("request id: 20", "new_api_error", "one_api_error", "chat_api_error", "channel:"),
    codes={
        "quota_exceeded/insufficient_quota": """
            insufficient_user_quota
            pre_consume_token_quota_failed
            insufficient_token_quota
            quota_not_enough
        """,
        "model_unavailable/no_provider": """
            no_available_channel
            get_channel_failed
            channel:no_available_key
        """,
        "content_filter/prompt": """
            sensitive_words_detected
            sensitive_word_detected
            security_violation
            prompt_blocked
        """,
        "model_unavailable/no_access": """
            model_price_error
            subscribers_only
        """,
        "invalid_request/invalid_parameter": """
            invalid_api_type
            read_request_body_failed
            json_marshal_failed
            channel:param_override_invalid
        """,
        "invalid_response/empty": """
            channel:empty_response
            empty_response
        """,
        "timeout/gateway": """
            channel:response_time_exceeded
        """,
        "authentication/invalid_key": """
            channel:invalid_key
        """,
        "model_unavailable/not_found": """
            channel:model_mapped_error
        """,
    },
    broad={
        "connection_error/other": """
            do_request_failed
        """,
        "invalid_request/invalid_parameter": """
            convert_request_failed
            invalid_text_request
        """,
        "server_error/internal": """
            count_token_failed
        """,
        "invalid_response/malformed": """
            bad_response_body
            read_response_body_failed
            unmarshal_response_body_failed
        """,
    },
    envelopes={
        "server_error/bad_gateway": """
            bad_status_code
            api_call_error
            request_error
            unknown_error
            upstream_error
            channel_error
            new_api_error
            one_api_error
            bad_response_status_code
            bad_response
            provider_error
            upstream_http_error
            do_response_failed
        """,
    },
    phrases={
        "permission_denied/other": """
            third-party clients are not supported
            client is not authorized to use
            client not allowed
            client is no longer supported
            only allows … clients
            only accepts requests from
            only available to … clients
            restricted to … clients
            group platform is not
        """,
        "quota_exceeded/insufficient_quota": """
            user quota is not enough
            token quota is not enough
            pre-consumed quota … remain
            user quota is insufficient
            quota is not enough
            insufficient user quota
        """,
        "quota_exceeded/insufficient_balance": """
            insufficient account balance
        """,
        "model_unavailable/no_provider": """
            no available channel for model
            there is no available channel
        """,
        "model_unavailable/no_access": """
            token … no access to model
            model_price_error
        """,
        "authentication/invalid_key": """
            invalid token (request id
            unauthorized request
        """,
    },
)

EDGE = Family(
    name="edge",
    providers=("portkey", "cloudflare", "vercel", "helicone", "ai_gateway", "ai-gateway"),
    signs=("portkey", "workers-ai", "cloudflare"),
    codes={
        "timeout/gateway": """
            cf_gateway_timeout
            FUNCTION_INVOCATION_TIMEOUT
            cf_timeout
        """,
        "server_error/bad_gateway": """
            cf_bad_gateway
            ROUTER_EXTERNAL_TARGET_ERROR
        """,
        "server_error/unavailable": """
            cf_service_unavailable
            cf_web_server_down
        """,
        "invalid_request/payload_too_large": """
            FUNCTION_PAYLOAD_TOO_LARGE
        """,
        "permission_denied/ip": """
            cf_blocked
        """,
        "content_filter/prompt": """
            hooks_failed
        """,
    },
    own_codes={
        "server_error/overloaded": """
            3040
            7504
        """,
        "rate_limit": """
            3036
            2003
            10000429
        """,
        "model_unavailable/not_found": """
            5007
        """,
        "invalid_request/not_found": """
            7000
            7003
        """,
        "model_unavailable/no_access": """
            5016
            5018
        """,
        "authentication/invalid_key": """
            10000
            9109
        """,
        "context_length/input_too_long": """
            5021
        """,
        "timeout/upstream": """
            3007
            3046
        """,
        "invalid_request/invalid_parameter": """
            5006
        """,
    },
    phrases={
        "content_filter/prompt": """
            guardrail checks failed
            guardrail checks … failed
            hooks failed
            blocked due to security configurations
        """,
        "rate_limit/requests_per_day": """
            daily free allocation
        """,
        "quota_exceeded/insufficient_balance": """
            ai gateway requires a valid credit card
        """,
        "quota_exceeded/spend_limit": """
            policy set on the … usage limits exceeded
        """,
        "permission_denied/other": """
            provider blocked by policy
        """,
        "authentication/missing_key": """
            ai gateway access failed
            configure ai_gateway_api_key
        """,
        "server_error/overloaded": """
            capacity temporarily exceeded
        """,
        "rate_limit": """
            error code: 1015
            error 1015
            you are being rate limited
        """,
        "permission_denied/ip": """
            error code: 1020
            used cloudflare to restrict access
            error 1020
            error code: 1010
            error code: 1006
            error code: 1007
            error code: 1008
            error code: 1012
        """,
        "permission_denied/region": """
            error code: 1009
            error 1009
        """,
        "timeout/gateway": """
            error code: 524
            error code: 522
        """,
        "server_error/bad_gateway": """
            error code: 520
            error code: 521
            error code: 523
            error code: 530
            error code: 1033
            error code: 1016
            upstream stream failed
            upstream chain exhausted
        """,
    },
)
