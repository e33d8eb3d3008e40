"""Hubs and tools that put other people's models up: NVIDIA, Hugging Face, Perplexity, GitHub and code assistants."""

from genai_sentry.errors.rules.model import Family

NVIDIA = Family(
    name="nvidia",
    providers=("nvidia", "nim"),
    signs=("nvidia",),
    phrases={
        "server_error/unavailable": """
            degraded function cannot be invoked
        """,
        "model_unavailable/not_found": """
            function … not found for account
        """,
        "server_error/overloaded": """
            worker local total request limit reached
            resourceexhausted: worker
        """,
        "model_unavailable/deprecated": """
            reached its end of life
        """,
        "quota_exceeded/insufficient_balance": """
            cloud credits expired
        """,
        "quota_exceeded/insufficient_quota": """
            exhausted your premium
            out of premium requests
        """,
    },
)

HUGGINGFACE = Family(
    name="huggingface",
    providers=("huggingface", "hugging_face", "tgi"),
    signs=("huggingface", "hf.co"),
    broad={
        "server_error/internal": """
            generation
            incomplete_generation
        """,
        "server_error/overloaded": """
            overloaded
        """,
        "model_unavailable/no_access": """
            GatedRepoError
        """,
        "model_unavailable/not_found": """
            RepositoryNotFoundError
        """,
        "rate_limit/concurrency": """
            OverloadedError
        """,
    },
    vague={
        "invalid_request": """
            validation
            ValidationError
        """,
    },
    own_phrases={
        "invalid_request/not_found": """
            inference.huggingface.co is no longer supported
            is no longer supported. please use … instead
        """,
    },
    phrases={
        "quota_exceeded/insufficient_quota": """
            exceeded your monthly included credits
            monthly usage … inference providers
            depleted your monthly included credits
        """,
        "model_unavailable/loading": """
            estimated_time
        """,
        "model_unavailable/no_provider": """
            not supported by provider
            not supported for task
            is not deployed by any inference provider
        """,
        "model_unavailable/no_access": """
            too large to be loaded automatically
            requires a pro subscription
            model requires a pro
        """,
        "permission_denied/scope": """
            authentication method does not have sufficient permissions to call inference providers
            token … inference providers … permission
        """,
        "server_error/internal": """
            request failed during generation
        """,
        "server_error/overloaded": """
            model is overloaded
        """,
        "rate_limit/concurrency": """
            too many concurrent requests
        """,
        "connection_error/other": """
            locate the file on the hub
            requested files in the local cache
        """,
    },
)

PERPLEXITY = Family(
    name="perplexity",
    providers=("perplexity",),
    signs=("perplexity", "pplx"),
    phrases={
        "invalid_request/invalid_message_order": """
            user or tool message(s) should alternate
            last message must have role user
        """,
    },
)

CODE_HOSTS = Family(
    name="code_hosts",
    providers=("copilot", "github", "cursor", "zed", "opencode"),
    signs=("copilot", "models.github.ai", "models.inference.ai"),
    codes={
        "context_length/input_too_long": """
            model_max_prompt_tokens_exceeded
            tokens_limit_reached
        """,
        "rate_limit": """
            user_global_rate_limited
            user_model_rate_limited
            integration_rate_limited
            agent_limit_exceeded
            freeusagelimiterror
            gousagelimiterror
            err_free_rate
        """,
        "quota_exceeded/insufficient_quota": """
            no_quota
            free_quota_exceeded
            premium_requests_exceeded
            err_free_used
            free_quota_exhausted
        """,
        "quota_exceeded/insufficient_balance": """
            CreditsError
        """,
        "model_unavailable/not_found": """
            model_not_supported
        """,
        "rate_limit/request_exceeds_limit": """
            err_free_prompt_cap
        """,
        "permission_denied/other": """
            err_free_access_denied
        """,
    },
    phrases={
        "quota_exceeded/insufficient_quota": """
            no quota remaining
            exceeded your premium request allowance
            have no quota
        """,
        "rate_limit/requests_per_day": """
            userbymodelbyday
            rate limit of … per 86400s
        """,
        "rate_limit/requests_per_minute": """
            userbymodelbyminute
            rate limit of … per 60s
        """,
        "permission_denied/org": """
            terms of service … suspended
        """,
        "permission_denied/other": """
            access to this endpoint is forbidden
        """,
    },
    broad={
        "rate_limit": """
            free_rate_limited
        """,
    },
)
