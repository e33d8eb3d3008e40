"""What exceptions of the SDKs are called where nothing better is known: they mostly repeat the HTTP status.

LiteLLM's classes are guesses made from words, so they weigh no more than the others.
"""

from genai_sentry.errors.rules.model import Family

SDK = Family(
    name="sdk",
    broad={
        "context_length/input_too_long": """
            ContextWindowExceededError
            ContextLengthExceededError
            ContextOverflowError
        """,
        "content_filter": """
            ContentPolicyViolationError
            ResponsibleAIPolicyViolation
            BlockedPromptException
            StopCandidateException
            ContentFilterError
            GuardrailRaisedException
        """,
        "quota_exceeded/spend_limit": """
            BudgetExceededError
        """,
        "model_unavailable/not_found": """
            ModelNotFoundError
            NoSuchModelError
            AI_NoSuchModelError
        """,
        "authentication/missing_key": """
            AI_LoadAPIKeyError
            LoadAPIKeyError
            NoCredentialsError
            PartialCredentialsError
            DefaultCredentialsError
            CredentialsProviderError
            CredentialRetrievalError
        """,
        "authentication/expired": """
            TokenRefreshError
            RefreshError
            UnauthorizedSSOTokenError
            TokenRetrievalError
            SSOTokenLoadError
        """,
        "invalid_request/invalid_parameter": """
            UnsupportedParamsError
            ParamValidationError
        """,
        "invalid_request": """
            InputValidationError
            UnprocessableEntityError
        """,
    },
    vague={
        "rate_limit": """
            RateLimitError
            TooManyRequests
        """,
        "authentication": """
            AuthenticationError
            UnauthorizedError
        """,
        "permission_denied": """
            PermissionDeniedError
            ForbiddenError
            PermissionDenied
        """,
        "invalid_request/not_found": """
            NotFoundError
        """,
        "timeout": """
            Timeout
        """,
        "connection_error": """
            APIConnectionError
            ConnectionError
        """,
        "server_error/internal": """
            InternalServerError
            APIError
            ServerError
        """,
        "server_error/unavailable": """
            ServiceUnavailableError
        """,
        "invalid_request": """
            BadRequestError
            InvalidRequestError
        """,
    },
)
