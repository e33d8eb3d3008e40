"""Anthropic. Billing, context overflow and policy all come as `invalid_request_error`; the wording tells them apart."""

from genai_sentry.errors.rules.model import Family

ANTHROPIC = Family(
    name="anthropic",
    providers=("anthropic", "claude"),
    signs=("anthropic", "claude"),
    codes={
        "server_error/overloaded": """
            overloaded_error
            compaction_unavailable
        """,
        "server_error/unavailable": """
            authorization_check_unavailable
            change_outcome_unknown
            cmek_context_unavailable
            cmek_key_unreachable
        """,
        "quota_exceeded/spend_limit": """
            contract_spend_limit_reached
            enforced_spend_limit_reached
            linked_organization_spend_limit_reached
        """,
        "quota_exceeded/insufficient_balance": """
            linked_organization_billing_unavailable
        """,
        "quota_exceeded/insufficient_quota": """
            storage_quota_exceeded
        """,
        "rate_limit": """
            ramp_limit_exceeded
        """,
        "permission_denied/org": """
            organization_on_hold
            organization_type_not_supported
            organization_not_eligible
            organization_not_enrolled_in_beta
            parent_organization_required
            claude_code_key_creator_not_member
            workspace_policy_violation
            workspace_human_review_disabled
        """,
        "permission_denied/other": """
            cmek_key_disabled
            cmek_key_network_blocked
            sandbox_egress_restricted
            user_profile_billing_not_authorized
            user_profile_not_billable
        """,
        "permission_denied/scope": """
            api_key_scope_missing
        """,
        "timeout/gateway": """
            request_body_timeout
        """,
        "invalid_request/payload_too_large": """
            request_too_large
            request_body_too_large_after_decoding
        """,
        "invalid_request/invalid_media": """
            image_dimensions_too_large
        """,
        "invalid_request/not_found": """
            file_expired
            thread_not_found
        """,
        "invalid_request/invalid_message_order": """
            compaction_block_misplaced
            compaction_incomplete_turn
        """,
    },
    own_broad={
        "model_unavailable/not_found": """
            not_found_error
        """,
        "quota_exceeded/insufficient_balance": """
            billing_error
        """,
    },
    phrases={
        "quota_exceeded/insufficient_balance": """
            credit balance is too low to access
        """,
        "quota_exceeded/spend_limit": """
            you have reached your specified api usage limits
            will regain access on
        """,
        "context_length/max_tokens_too_large": """
            input length and max_tokens exceed context limit
        """,
        "context_length/input_too_long": """
            long context beta is not yet available
        """,
        "rate_limit/tokens_per_minute": """
            input tokens per minute
            output tokens per minute
        """,
        "rate_limit/requests_per_minute": """
            rate limit … requests per minute
        """,
        "rate_limit/concurrency": """
            number of concurrent connections has exceeded
        """,
        "invalid_request/invalid_parameter": """
            streaming is required for operations that may take longer
            max_tokens … which is the maximum allowed number of output tokens
            budget_tokens
            cache_control … maximum
        """,
        "authentication/invalid_key": """
            oauth authentication is currently not supported
        """,
        "authentication/expired": """
            oauth token has expired
            oauth token has been revoked
        """,
        "permission_denied/org": """
            this organization has been disabled
            your organization has disabled
            organization does not have access
        """,
        "rate_limit": """
            extra usage is required for long context
        """,
        "invalid_request/invalid_schema": """
            tools … should match pattern
            tools … string should
        """,
    },
    own_phrases={
        "permission_denied/region": """
            request not allowed
        """,
        "invalid_request/not_found": """
            ^not found
            not_found_error not found
        """,
    },
    wrappers={
        "server_error/internal": """
            internal server error
        """,
    },
)
