"""OpenAI, and what the many servers that speak its format took over from it.

Source: the error code guide of the API documentation, the SDK's exceptions, and errors as met in practice.
"""

from genai_sentry.errors.rules.model import Family

OPENAI = Family(
    name="openai",
    providers=("openai",),
    codes={
        "quota_exceeded/insufficient_quota": """
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
        """,
        "quota_exceeded/insufficient_balance": """
            billing_not_active
            account_deactivated_billing
            insufficient_balance
            insufficient_funds
            insufficient_credits
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
            session_expired
        """,
        "permission_denied/region": """
            unsupported_country_region_territory
            unsupported_country
            region_not_supported
            country_not_supported
        """,
        "permission_denied/org": """
            mismatched_organization
            invalid_organization
            organization_not_found
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
            insufficient_permissions
            insufficient_scope
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
            slow_down
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
        "authentication/invalid_key": """
            authentication_error
            invalid_authentication
            invalid_authentication_error
            auth_error
            authentication_failed
            unauthenticated
            invalid_token
            invalid_credentials
            authorization_error
            unauthorized
            token_invalid
            unauthorized_error
            invalid_api_key_error
            incorrect_api_key_error
            auth_unavailable
        """,
        "quota_exceeded/insufficient_quota": """
            quota_exceeded
            usage_limit_reached
        """,
        "quota_exceeded/insufficient_balance": """
            billing_error
            payment_required
            billing_not_active_error
        """,
        "timeout/upstream": """
            timeout
            timeout_error
            request_timeout
            upstream_timeout
            deadline_exceeded
            inference_timeout
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
            internal
            inference_error
            backend_error
        """,
        "server_error/bad_gateway": """
            bad_gateway
        """,
    },
    phrases={
        "quota_exceeded/insufficient_quota": """
            exceeded your current quota
            exceeded current quota
            you have run out of credits
            please check your plan and billing details
            reached the limit of your free
            upgrade your plan to continue
        """,
        "quota_exceeded/spend_limit": """
            credit limit reached
            credit limit exceeded
            api key … credit limit
            billing hard limit has been reached
            reached your specified API usage limits
            reached your monthly usage limit
            monthly spending limit
            monthly budget
            exceeded budget
            budget has been exceeded
            exceeds … budget
            spending limit
            spend limit
            usage cap
        """,
        "quota_exceeded/insufficient_balance": """
            your account is not active, please check your billing
            account is not active … billing
            credit balance is too low
            insufficient credits
            insufficient balance
            insufficient funds
            insufficient account balance
            not enough credits
            not enough balance
            out of credits
            no credits
            doesn't have any credits
            used all available credits
            negative balance
            balance is insufficient
            payment required
            add credits
            purchase credits
            billing issue
            past due
            overdue payment
            overdue balance
            account is in arrears
            top up your
            please top up
            please recharge
        """,
        "context_length/input_too_long": """
            total length of all messages is too long
            messages is too long
            conversation is too long
            requested … tokens, max … tokens per request
            body too large … max size … tokens
            tokens exceed n_ctx
            exceed n_ctx
            exceeds n_ctx
            maximum context length
            exceeds the context window
            exceed context window
            exceeded the context window
            exceeds the maximum context
            exceeds context length
            exceed context size
            exceeds the available context size
            exceeds the model's context
            exceeds the model's maximum context
            context length exceeded
            context window exceeded
            context window of this model
            longer than the model's context length
            longer than the maximum model length
            prompt is too long
            prompt too long
            input is too long
            input too long
            input length … exceeds
            too many input tokens
            input token count … exceeds the maximum
            input tokens exceed
            input tokens … exceeds
            number of input tokens
            prompt contains … tokens … limit
            prompt tokens … exceeds
            must be less than max_seq_len
            exceeds max_seq_len
            range of input length should be
            reduce the length of the messages
            reduce the length of the input
            reduce the length of your prompt
            prompt exceeds max length
            exceeded model token limit
            max size … tokens
            maximum input length
            maximum number of tokens allowed
            decoder prompt (length
            maximum sequence length
            tokens … is too large for model with … maximum context
            please shorten
            context size has been exceeded
            exceeds the maximum number of tokens
            exceeds the limit of … tokens
            longer than … maximum context
            input is longer than
        """,
        "context_length/max_tokens_too_large": """
            max_tokens exceed context limit
            inputs tokens + max_new_tokens must be
            max_tokens is too large … context
            in the messages … in the completion
            for the completion
            max_completion_tokens is too large … maximum context
            tokens … max_tokens … context
            output tokens … maximum context
        """,
        "authentication/invalid_key": """
            incorrect api key
            invalid api key
            api key not valid
            invalid x-api-key
            api key is invalid
            api key … is invalid
            api key you provided … invalid
            api key provided is invalid
            invalid authentication
            invalid token
            invalid access token
            invalid credentials
            invalid bearer token
            bad credentials
            authentication fails
            key not found
            api key not found
            unrecognized api key
            no such api key
            unknown api key
            wrong api key
            user not found
            api key has been disabled
            api key … revoked
            token … revoked
            has been deactivated
            could not validate credentials
            could not verify your credentials
            api key format is incorrect
            not a valid api key
            api key or ak/sk … invalid
            invalid username or password
            token_not_found_in_db
        """,
        "authentication/missing_key": """
            auth credentials found
            you didn't provide an api key
            didn't provide an API key
            no api key provided
            no api key found
            missing api key
            missing credentials
            api key is missing
            api key is required
            api_key client option must be set
            api key must be set
            no api key
            missing bearer
            missing authorization header
            missing authentication header
            missing or invalid authorization
            no auth credentials found
            no authentication
            no credentials
            authorization header is missing
            could not resolve authentication method
            could not load the default credentials
            default credentials were not found
            unable to locate credentials
            could not load credentials
            credentials not found
            api key not set
            api key is not set
            api key not configured
            environment variable … is not set
            missing required authentication
            request is missing required authentication credential
            must provide an api key
            please provide an api key
            please provide a valid api key
            secret with the name
            authentication required
            login required
            not logged in
        """,
        "authentication/expired": """
            token has expired
            token expired
            token is expired
            api key has expired
            api key expired
            key has expired
            credentials have expired
            session has expired
            security token … expired
            expired token
            refresh token … expired
            signature expired
            invalid_rapt
            reauth related error
            invalid_grant
        """,
        "authentication/malformed": """
            incorrect api key provided: http
            illegal header value
            expected to start with
            malformed api key
            malformed authorization
            malformed token
            invalid authorization header
            authorization header is badly formatted
            header … bearer … malformed
            not a valid jwt
            invalid header value
            api key contains
            leading or trailing whitespace
        """,
        "permission_denied/region": """
            country, region, or territory not supported
            not available in your country
            not available in your region
            not supported in your country
            not supported in your region
            user location is not supported
            unsupported countries, regions
            your country
            unsupported region
            geographic restriction
            unavailable for legal reasons
            not available in this region
        """,
        "permission_denied/scope": """
            scope requirement
            insufficient permissions for this operation
            missing scopes
            insufficient authentication scopes
            missing permissions
            api key does not have the required
            restricted api key
            key … does not have permission
            not authorized to perform
            missing the required scope
            does not have the necessary scope
        """,
        "permission_denied/org": """
            not allowed for this organization
            disabled for this organization
            must be a member of an organization
            header should match organization
            access to the organization
            organization has been disabled
            organization has been restricted
            no such organization
            not a member of
            organization … disabled
            project … archived
            not allowed … organization
            blocked by your organization
        """,
        "permission_denied/ip": """
            ip not authorized
            ip allowlist
            ip address … not allowed
            ip … whitelist
            your ip
            ip is not allowed
            virtual network is configured
            virtual network/firewall rules
            sorry, you have been blocked
            attention required! | cloudflare
            just a moment
            public access is disabled
        """,
        "content_filter/prompt": """
            violates our usage policies
            violating our usage policy
            content management policy
            violate our usage policy
            content violates usage guidelines
            violate our usage guidelines
            violate our content policy
            flagged as potentially violating
            flagged for possible
            input was flagged
            prompt was flagged
            was flagged by
            flagged by moderation
            limited access to this content for safety
            rejected as a result of our safety system
            triggered our content
            content exists risk
            prompt was blocked
            blocked due to safety
            blocked by … safety
            blocked by content filter
            inappropriate content
            considered high risk
            responsibleaipolicyviolation
            content policy violation
            contentpolicyviolation
            request was blocked by … content
            sensitive content
            response was filtered
            content was blocked
            unsafe or sensitive
            moderation … flagged
            violates … policy
            safety_check_type
            blocked by guardrail
            guardrail … blocked
            guardrail intervened
        """,
        "content_filter/output": """
            output blocked by content filtering
            could not be completed because … content filter
            completion was stopped … content filter
            response was blocked
            output data may contain inappropriate content
            output … blocked
            finish_reason: safety
            candidate was blocked due to safety
            generated content … blocked
        """,
        "content_filter/image": """
            rejected by the safety system
            image was blocked due to safety
            image_safety
            image … violat
            prompt may violate our guardrails
            safety_violations
            image … content policy
            image … moderation
            generated image … filtered
        """,
        "content_filter/copyright": """
            recitation
            reciting from copyrighted
            copyrighted material
        """,
        "model_unavailable/not_found": """
            model … does not exist
            model not exist
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
            no models loaded
            unsupported model
            model code … not
            requested model is not
            invalid model name
        """,
        "model_unavailable/deprecated": """
            has been deprecated
            model … deprecated
            is deprecated and
            has been decommissioned
            decommissioned
            has been retired
            is retired
            no longer available
            no longer supported
            no longer served
            end of its life
            end-of-life
            has been removed
            has been sunset
            has been shut down
            discontinued
            has been discontinued
        """,
        "model_unavailable/no_access": """
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
            not available on your current plan
            not available for your
            not available on the free
            model … requires … plan
            model … subscription
            model access is denied
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
        """,
        "model_unavailable/loading": """
            model is currently loading
            model is loading
            loading model
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
            no available accounts
            all providers failed
            not supported by any provider
        """,
        "server_error/overloaded": """
            engine is currently overloaded
            model is overloaded
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
            service is too busy
            model busy
            is too busy
            temporarily overloaded
            system is busy
            request queue is full
            queue is full
            server overload
            heavy load
            server had an error while processing … overloaded
            too much load
            currently busy
        """,
        "server_error/internal": """
            server had an error while processing your request
            error occurred while processing your request
            internal server error
            internal error encountered
            unexpected error occurred
            cuda out of memory
            out of memory
            cuda error
            unexpected tokens remaining in message header
            expecting start token
            model produced invalid
            something went wrong on our end
        """,
        "server_error/unavailable": """
            temporarily unavailable
            service unavailable
            service is unavailable
            service is temporarily unavailable
            currently unavailable
            no healthy upstream
            unable to process your request
            under maintenance
            scheduled maintenance
            degraded function cannot be invoked
            upstream connect error
            service is not available
        """,
        "server_error/bad_gateway": """
            bad gateway
            invalid response from upstream
            received an invalid response from it
            web server is returning an unknown error
            web server is down
            origin is unreachable
            upstream request failed
        """,
        "invalid_request/invalid_schema": """
            invalid schema for function
            invalid schema for response_format
            additionalproperties is required
            invalid input schema
            input_schema does not support
            unknown name … function_declarations
            function_declarations
            schema … is not supported
            json schema … invalid
            invalid json schema
            schema is too complex
            not a valid schema
            invalid tool schema
            failed to compile … grammar
            failed to parse grammar
            grammar error
            response_schema
            tool … input_schema
            unsupported schema
        """,
        "invalid_request/invalid_message_order": """
            must be followed by tool messages
            must be a response to a preceeding message
            must be a response to a preceding message
            tool_use ids were found without tool_result
            tool_use blocks … tool_result
            tool_result blocks
            unexpected tool_use_id
            roles must alternate
            should alternate with
            must alternate between
            conversation roles must
            first message must use the user role
            last message must be
            expected last role
            final assistant content cannot end
            must end with a user message
            conversation must start with a user message
            toolresult blocks
            tool result blocks
            number of function response parts
            function call turn comes immediately after
            ensure that function response turn
            ensure that function call turn
            no tool call found for function call output
            no tool output found for function call
            tool call id … not found
            tool_call_id … not found
            without its required following item
            without its required
            invalid message role
            unexpected role
            not the same number of function calls and responses
            not allowed to have … assistant message
            system message must be at the beginning
            last message role
            thinking blocks
            expected thinking
            must start with a thinking block
            reasoning_content … must be passed back
            missing a thought_signature
            thought_signature
            tool_calls must be followed
            messages … tool … must follow
        """,
        "invalid_request/invalid_media": """
            unsupported image
            could not process image
            image … valid
            unable to process input image
            invalid image
            image exceeds
            image … too large
            image size
            invalid base64
            could not be decoded
            audio file is too short
            audio duration
            invalid file format
            unsupported file format
            unsupported file type
            timeout while downloading
            error while downloading
            failed to download
            failed to fetch image
            failed to load image
            cannot fetch content from the provided url
            unable to download
            media_type
            media type
            mimetype parameter
            mime type
            unsupported mime
            unsupported media
            image dimensions
            image_url is only supported
            unsupported content type image
            does not support image
            pdf … password
            could not process pdf
            document contains … pages
            no such pdf
            audio … could not be
            file format … not supported
            number of images
            at most … image
        """,
        "invalid_request/unsupported_parameter": """
            doesn't support tool
            doesn't support the
            does not support tool
            doesn't support function
            does not support this
            does not support the
            unsupported parameter
            unknown parameter
            unrecognized request argument
            extra inputs are not permitted
            extra fields not permitted
            is not supported with this model
            not supported with this model
            does not support tools
            does not support function calling
            does not support thinking
            does not support reasoning
            does not support streaming
            does not support system
            does not support chat
            does not support parameters
            unsupported value
            unknown name
            no such parameter
            unrecognized argument
            unexpected keyword argument
            --enable-auto-tool-choice
            tool choice requires
            unsupported tool
            tool use is not supported
            no endpoints found that support
            unsupportedparamserror
            does not support setting
            unrecognized field
            unknown field
            parameter … is not supported
            not supported for this model
            cannot both be specified
            are not supported by this model
            property … is unsupported
        """,
        "invalid_request/payload_too_large": """
            request entity too large
            payload too large
            request body too large
            request too large for
            request exceeds the maximum size
            request size exceeds
            maximum content size limit
            maximum allowed size
            content size limit
            content length … exceed
            body size limit
            request_too_large
            exceeds the maximum allowed number of bytes
            entity too large
            file is too large
            payload size exceeds
            message larger than max
            request payload size
        """,
        "invalid_request/not_found": """
            items are not persisted
            item with id
            response with id
            no thread found
            no assistant found
            no such file
            no such file object
            previous response … not found
            invalid url
            unknown request url
            unrecognized request url
            cannot post /
            cannot get /
            404 page not found
            no route matches
            no route for
            route not found
            page not found
            endpoint not found
            path not found
            cached content not found
            cachedcontent not found
            vector store … not found
        """,
        "invalid_request/invalid_parameter": """
            parameters … not valid
            one or more parameters
            must be greater than or equal to
            should be greater than or equal to
            must be less than or equal to
            should be less than or equal to
            must be a positive integer
            must be greater than
            must be less than
            expected a string
            expected an object
            expected an array
            got null
            maximum number of items
            expected maximum length
            string too long
            array too long
            value is not a valid
            field required
            missing required parameter
            invalid value
            invalid type for
            you must provide a model parameter
            max_tokens is too large
            max_tokens … maximum allowed number of output tokens
            supports at most … completion tokens
            text content blocks must be non-empty
            must have non-empty content
            cannot be empty
            must not be empty
            must be non-empty
            should not be empty
            empty text parameter
            streaming is strongly recommended
            streaming is required for
            only support stream mode
            only supports stream
            is out of range
            input should be
            temperature … top_p
            invalid params
            invalid argument
            parameter is invalid
            invalid chat setting
            is a required property
            supported values are
            supported range
            not one of
            is not a valid enum
            must contain the word json
            batch size is invalid
            is less than the minimum
        """,
        "invalid_response/truncated": """
            output is incomplete
            could not parse response content as the length limit was reached
            output … truncated
            response was truncated
            unterminated string
            eof while parsing
            closed before a finish_reason
            stream ended without
            ended without a finish
            unexpected end of stream
            without a finish reason
            reached max_tokens
            max_output_tokens … reached
            maximum output tokens … reached
            stopped due to max tokens
            response ended prematurely … json
            unexpected end of json input at
            incomplete response
        """,
        "invalid_response/malformed": """
            invalid chunk
            missing finish reason
            failed to parse structured output
            failed to parse json
            failed to parse … as json
            invalid json output
            could not parse response
            failed to parse response
            error parsing response
            unable to parse response
            malformed response
            malformed_function_call
            malformed function call
            expected … object but got
            invalid json response
            http code 200 from api
            unexpected response format
        """,
        "invalid_response/empty": """
            openrouterexception choices
            openaiexception choices
            empty response
            ended with empty response
            no content or tool calls in response
            response … no content
            no content in response
            no choices
            empty completion
            response is empty
            returned no content
            returned empty
            empty message content
            no response from model
            without any content
            no candidates
            no message in response
            received empty
            model output must contain either output text or tool calls
            no generations found
        """,
        "invalid_response/schema": """
            no object generated
            did not match schema
            type validation failed
            failed to call a function
            failed to generate json
            failed to validate json
            does not match the expected schema
            tool use failed
            validation errors for
            validation error for
            output does not match
            failed to parse tool call
            tool call validation failed
            attempted to call tool
            arguments … not valid json
            failed to parse … from completion
            could not parse llm output
            output parser
        """,
        "cancelled": """
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
            you are being rate limited
            too many requests
            request limit exceeded
            requests per minute
            requests per second
            tokens per minute
            tokens per day
            requests per day
            hit your usage limit
            reached your hourly usage limit
            usage limit has been reached
            throttled
            throttling
            request was throttled
            please slow down
            slow down
            too frequent
            acceleration limit
            exceeded call rate limit
            exceeded token rate limit
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
        "invalid_request/other": """
            no active response found
        """,
    },
    words={
        "rate_limit": """
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
            deadline exceeded
            deadline expired
            took too long
        """,
        "authentication/invalid_key": """
            api key
            unauthorized
            authentication
            authenticate
            credentials
        """,
        "quota_exceeded": """
            quota
            billing
            credits
            balance
        """,
        "permission_denied": """
            permission
            forbidden
            access denied
            not allowed
            not authorized
        """,
        "content_filter": """
            content filter
            content policy
            safety
            moderation
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
            internal error
            server error
        """,
        "invalid_request": """
            not supported
            unsupported
            invalid
            required
            must be
            malformed
            expected
        """,
        "model_unavailable": """
            model not
        """,
        "cancelled": """
            cancelled
            canceled
            aborted
        """,
    },
    wrappers={
        "invalid_response/malformed": """
            unexpected end of json input
            expecting value: line
            expecting property name
            expecting ',' delimiter
            unexpected token
            invalid character … looking for beginning of value
            is not valid json
            extra data: line
            jsondecodeerror
            failed to deserialize api response
            expected ident at line
            expected value at line 1 column
        """,
        "invalid_response/empty": """
            list index out of range
            has no attribute choices
            object is not subscriptable
        """,
    },
)
