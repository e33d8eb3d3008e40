"""Google: Gemini API, Vertex AI and Code Assist, over HTTP and gRPC.

Their "quota exceeded" is a rate limit that resets by itself: `QuotaFailure.violations[].quotaId` names the window.
"""

from genai_sentry.errors.rules.model import Family

GOOGLE = Family(
    name="google",
    providers=("gemini", "vertex", "google", "gcp"),
    signs=(
        "googleapis.com",
        "resource_exhausted",
        "googlegenerativeai",
        "ai.google.dev",
        "google.rpc",
        "generativelanguage",
    ),
    codes={
        "authentication/invalid_key": """
            API_KEY_INVALID
            API_KEY_NOT_FOUND
        """,
        "authentication/expired": """
            API_KEY_EXPIRED
            ACCESS_TOKEN_EXPIRED
            invalid_grant
            invalid_rapt
        """,
        "authentication/missing_key": """
            CREDENTIALS_MISSING
        """,
        "authentication/malformed": """
            ACCESS_TOKEN_TYPE_UNSUPPORTED
        """,
        "permission_denied/scope": """
            API_KEY_SERVICE_BLOCKED
            SERVICE_DISABLED
            ACCESS_TOKEN_SCOPE_INSUFFICIENT
            IAM_PERMISSION_DENIED
            API_KEY_HTTP_REFERRER_BLOCKED
            API_KEY_ANDROID_APP_BLOCKED
            API_KEY_IOS_APP_BLOCKED
            accessNotConfigured
        """,
        "permission_denied/ip": """
            API_KEY_IP_ADDRESS_BLOCKED
        """,
        "permission_denied/region": """
            UNSUPPORTED_LOCATION
        """,
        "permission_denied/org": """
            CONSUMER_SUSPENDED
            CONSUMER_INVALID
            VALIDATION_REQUIRED
        """,
        "quota_exceeded/insufficient_balance": """
            BILLING_DISABLED
            BILLING_NOT_ENABLED
        """,
        "quota_exceeded/insufficient_quota": """
            QUOTA_EXHAUSTED_PLAN
        """,
        "server_error/overloaded": """
            MODEL_CAPACITY_EXHAUSTED
        """,
        "content_filter/prompt": """
            PROHIBITED_CONTENT
            BLOCKLIST
            SPII
        """,
        "content_filter/copyright": """
            RECITATION
        """,
        "content_filter/image": """
            IMAGE_SAFETY
            IMAGE_PROHIBITED_CONTENT
        """,
        "invalid_response/malformed": """
            MALFORMED_FUNCTION_CALL
            UNEXPECTED_TOOL_CALL
        """,
    },
    broad={
        "rate_limit": """
            RESOURCE_EXHAUSTED
            ResourceExhausted
            RATE_LIMIT_EXCEEDED
            rateLimitExceeded
            userRateLimitExceeded
            QUOTA_EXCEEDED_RATE
        """,
        "rate_limit/requests_per_day": """
            QUOTA_EXHAUSTED
            dailyLimitExceeded
        """,
        "authentication": """
            UNAUTHENTICATED
        """,
        "timeout/upstream": """
            DEADLINE_EXCEEDED
            DeadlineExceeded
        """,
        "server_error/unavailable": """
            UNAVAILABLE
        """,
        "permission_denied": """
            PERMISSION_DENIED
        """,
        "cancelled": """
            CANCELLED
            CANCELED
        """,
        "content_filter/prompt": """
            SAFETY
        """,
    },
    vague={
        "invalid_request": """
            INVALID_ARGUMENT
            InvalidArgument
            FAILED_PRECONDITION
            OUT_OF_RANGE
        """,
        "invalid_request/not_found": """
            NOT_FOUND
        """,
        "server_error/internal": """
            INTERNAL
        """,
    },
    own_broad={
        "rate_limit": """
            8
        """,
        "server_error/internal": """
            13
        """,
        "server_error/unavailable": """
            14
        """,
        "authentication": """
            16
        """,
        "permission_denied": """
            7
        """,
        "timeout/upstream": """
            4
        """,
    },
    own_phrases={
        "rate_limit": """
            exceeded your current quota
            please check your plan and billing details
            quota exceeded for
            quota exceeded
            resource has been exhausted
            resource exhausted
            exhausted your capacity
            quota will reset
        """,
        "quota_exceeded/insufficient_balance": """
            prepayment credits are depleted
            dunning decision
            billing to be enabled
            enable billing
            billing account … disabled
            billing is disabled
        """,
        "quota_exceeded/spend_limit": """
            exceeded its monthly spending cap
            spending cap
        """,
        "model_unavailable/not_found": """
            requested entity was not found
        """,
        "permission_denied/region": """
            free tier is not available in your country
        """,
    },
    phrases={
        "rate_limit/requests_per_minute": """
            online_prediction_requests
        """,
        "invalid_request/invalid_schema": """
            generatecontentrequest.tools
            specify the schema type
            functiondeclaration … schema
        """,
        "permission_denied/region": """
            user location is not supported for the api use
            location is not supported
        """,
        "permission_denied/scope": """
            requests to this api … are blocked
            api has not been used in project
            it is disabled. enable it by visiting
            permission … denied on resource
            has not been used in project
            request had insufficient authentication scopes
            service agents are being provisioned
        """,
        "permission_denied/ip": """
            ip address restriction
        """,
        "permission_denied/org": """
            project … has been denied access
            consumer … has been suspended
            your project has been denied
        """,
        "authentication/invalid_key": """
            api key not found. please pass a valid api key
            api key was reported as leaked
            api keys are not supported by this api
            expected oauth2 access token
            request had invalid authentication credentials
        """,
        "invalid_request/invalid_parameter": """
            please use a valid role
            contents is not specified
            contents.parts must not be empty
            must include at least one parts field
            search grounding is not supported
            thinking budget
            is not supported for this model version
        """,
        "model_unavailable/not_found": """
            publisher model … was not found
            publishers/google/models … not found
            was not found or your project does not have access
            call listmodels to see
        """,
        "quota_exceeded/insufficient_quota": """
            doesn't have a free quota tier
            not have a free quota tier
        """,
        "authentication/missing_key": """
            doesn't allow unregistered callers
            callers without established identity
        """,
        "model_unavailable/no_access": """
            no longer available to new users
            is not allowed to use publisher model
        """,
        "content_filter/output": """
            part … candidates … safety_ratings
            valid part … finish_reason … is 3
            valid part … safety_ratings
            finish_reason … is 3
            safety_ratings
            quick accessor requires the response … is 3
        """,
        "content_filter/copyright": """
            finish_reason … is 4
        """,
        "content_filter/prompt": """
            prompt_feedback … blocked
            response was blocked due to
            no candidates … block_reason
            prompt_feedback to see if the prompt was blocked
        """,
        "invalid_response/truncated": """
            finish_reason … is 2
        """,
        "invalid_response/empty": """
            requires the response to contain a valid part
            quick accessor … only works when the response contains a valid part
        """,
        "content_filter/image": """
            image generation failed … sensitive words
        """,
        "permission_denied/other": """
            disabled in this account for violation
            disabled for violation of
        """,
    },
    own_decisive={
        "quota_exceeded/insufficient_quota": """
            limit: 0
        """,
    },
    wrappers={
        "invalid_request/invalid_parameter": """
            invalid json payload received
            generatecontentrequest
        """,
        "permission_denied/scope": """
            caller does not have permission
        """,
        "rate_limit": """
            some resource has been exhausted
        """,
        "invalid_request/not_found": """
            some requested entity was not found
        """,
        "server_error/unavailable": """
            service is currently unavailable
        """,
        "invalid_request": """
            unable to submit request because
        """,
    },
)
