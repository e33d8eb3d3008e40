"""OpenAI's codes, and what the many servers that speak its format took over from it.

Source: the error code guide of the API documentation, the SDK's exceptions, and errors as met in practice.
"""

from genai_sentry.errors.rules.model import Family

OPENAI = Family(
    name="openai",
    providers=("openai",),
    codes={
        "quota_exceeded/insufficient_quota": """
            usage_not_included
            token_quota_reached
            monthly_quota_exceeded
            insufficient_quota
            access_terminated
            quota_exceeded_error
        """,
        "quota_exceeded/spend_limit": """
            billing_hard_limit_reached
            billing_limit_reached
            budget_exceeded
            spend_limit_exceeded
            monthly_spend_limit_reached
            organization_spend_limit_exceeded
            organization_usage_limit_exceeded
            project_spend_limit_exceeded
        """,
        "quota_exceeded/insufficient_balance": """
            not_enough_balance
            balance_not_enough
            insufficient_credit
            billing_not_active
            account_deactivated_billing
            insufficient_balance
            insufficient_funds
            insufficient_credits
            credit_balance_exhausted
            credit_balance_too_low
            credits_exhausted
            out_of_credits
            no_credits
        """,
        "context_length/input_too_long": """
            too_many_prompt_tokens
            tokens_too_long
            prompt_tokens_too_long
            max_tokens_per_request
            context_length_exceeded
            string_above_max_length_context
            input_too_long
            prompt_too_long
            tokens_limit_reached
            context_window_exceeded
        """,
        "content_filter/prompt": """
            cyber_policy
            misalignment_policy_violation
            safety_policy_violation
            content_policy_violation
            content_filter_prompt
            invalid_prompt
            cyber_policy_violation
            bio_policy
        """,
        "content_filter/image": """
            moderation_blocked
            image_content_policy_violation
            image_safety
        """,
        "content_filter/output": """
            ContentFilterFinishReasonError
        """,
        "authentication/invalid_key": """
            invalid_api_key
            api_key_invalid
            invalid_issuer
            token_revoked
            invalidated_token
            account_deactivated
        """,
        "authentication/missing_key": """
            missing_api_key
            no_api_key
            api_key_missing
            missing_authorization
        """,
        "authentication/expired": """
            token_expired
            expired_api_key
            api_key_expired
            expired_token
        """,
        "permission_denied/region": """
            unsupported_country_region_territory
            unsupported_country
            region_not_supported
            country_not_supported
            data_residency_mismatch
        """,
        "permission_denied/org": """
            mismatched_organization
            invalid_organization
            organization_not_found
            organization_deactivated
            organization_disabled
            mismatched_project
            project_archived
            no_organization
        """,
        "permission_denied/ip": """
            ip_not_authorized
            ip_not_allowed
            ip_blocked
        """,
        "permission_denied/scope": """
            missing_scope
        """,
        "permission_denied/other": """
            sentinel_block
        """,
        "model_unavailable/not_found": """
            model_not_found
            unknown_model
            invalid_model
            model_not_exist
            ModelNotFound
            model_not_supported
            unsupported_model
            deployment_not_found
            NoSuchModel
            invalid_model_error
            model_does_not_exist
            invalid_engine_error
        """,
        "model_unavailable/deprecated": """
            model_deprecated
            model_retired
            model_decommissioned
        """,
        "model_unavailable/no_access": """
            model_access_denied
            organization_must_be_verified
            model_not_available
            model_not_allowed
        """,
        "invalid_request/invalid_schema": """
            invalid_function_parameters
            invalid_json_schema
            invalid_schema
            invalid_tool_schema
        """,
        "invalid_request/invalid_media": """
            invalid_image
            invalid_image_format
            invalid_image_url
            invalid_image_mode
            image_parse_error
            image_too_large
            image_too_small
            image_file_too_large
            empty_image_file
            unsupported_image_media_type
            unsupported_image
            failed_to_download_image
            image_file_not_found
            invalid_base64_image
            audio_too_short
            audio_too_long
            invalid_audio
            invalid_file_type
            unsupported_file
            unsupported_file_mimetype
            unsupported_media_type
            invalid_base64
        """,
        "invalid_request/unsupported_parameter": """
            unsupported_parameter
            unknown_parameter
            unknown_url_parameter
        """,
        "invalid_request/payload_too_large": """
            payload_too_large
            request_too_large
            file_too_large
        """,
        "invalid_request/not_found": """
            response_not_found
            previous_response_not_found
            thread_not_found
            unknown_url
            file_not_found
            item_not_found
        """,
        "invalid_response/truncated": """
            LengthFinishReasonError
        """,
        "invalid_response/schema": """
            tool_use_failed
            json_validate_failed
            output_parse_failed
            OutputParserException
        """,
        "server_error/overloaded": """
            engine_overloaded
            engine_overloaded_error
            overloaded_error
            server_overloaded
            model_overloaded
            server_is_overloaded
        """,
        "rate_limit/requests_per_day": """
            daily_limit_reached
            daily_limit_exceeded
        """,
        "rate_limit/concurrency": """
            too_many_concurrent_requests
            concurrency_limit_exceeded
        """,
        "invalid_request/other": """
            conversation_already_has_active_response
            input_audio_buffer_commit_empty
            unsupported_api_for_model
            invalid_intent
        """,
        "rate_limit": """
            slow_down
        """,
    },
    broad={
        "rate_limit": """
            rate_limit_exceeded
            rate_limit_error
            rate_limit_reached
            rate_limited
            too_many_requests
            requests_limit_exceeded
            RateLimitExceeded
            RateLimitReached
            TooManyRequestsError
            rate_limit
            ratelimit
            usage_limit_reached
        """,
        "rate_limit/tokens_per_minute": """
            tokens
            tokens_exceeded
        """,
        "content_filter": """
            content_filter
            content_filter_error
            content_filtered
            content_policy
        """,
        "invalid_request/unsupported_parameter": """
            unsupported_value
        """,
        "invalid_request/invalid_parameter": """
            invalid_encrypted_content
            string_above_max_length
            string_below_min_length
            array_above_max_length
            array_below_min_length
            integer_above_max_value
            integer_below_min_value
            decimal_above_max_value
            decimal_below_min_value
            missing_required_parameter
            empty_string
            empty_array
            invalid_type
            integer_out_of_range
            invalid_value
            invalid_parameter
            parameter_invalid
        """,
        "permission_denied": """
            permission_error
            permission_denied
            permission_denied_error
            insufficient_permission
            access_denied
            request_forbidden
            unsupported_region
        """,
        "permission_denied/scope": """
            insufficient_permissions
            insufficient_scope
        """,
        "authentication/invalid_key": """
            authentication_error
            invalid_authentication
            invalid_authentication_error
            authentication_failed
            unauthenticated
            invalid_token
            invalid_client
            unauthorized_client
            invalid_credentials
            authorization_error
            unauthorized
            token_invalid
            unauthorized_error
            invalid_api_key_error
            incorrect_api_key_error
            auth_unavailable
            auth_error
        """,
        "quota_exceeded/insufficient_quota": """
            quota_exceeded
        """,
        "quota_exceeded/insufficient_balance": """
            billing_error
            payment_required
            billing_not_active_error
            credit_limit
        """,
        "timeout/upstream": """
            timeout
            timeout_error
            request_timeout
            upstream_timeout
            deadline_exceeded
            inference_timeout
            vector_store_timeout
            TimedOut
        """,
        "timeout/gateway": """
            gateway_timeout
        """,
        "server_error/unavailable": """
            service_unavailable
            service_unavailable_error
            server_unavailable
        """,
        "server_error/overloaded": """
            overloaded
            capacity_exceeded
            server_busy
            system_busy
        """,
        "invalid_request/not_found": """
            not_found_error
            not_found
            resource_not_found
            resource_not_found_error
        """,
        "authentication/expired": """
            session_expired
        """,
    },
    vague={
        "invalid_request": """
            invalid_request_error
            invalid_request
            bad_request
            bad_request_error
            badrequest
            image_generation_user_error
            validation_error
            unprocessable_entity
            unprocessable_entity_error
            user_error
            request_error
            invalid_input
        """,
        "server_error/internal": """
            server_error
            internal_error
            internal_server_error
            api_error
            model_error
            internal
            inference_error
            backend_error
        """,
        "server_error/bad_gateway": """
            bad_gateway
        """,
    },
)
