"""What exceptions of further clients are called: cloud SDKs, WebSockets, and the frameworks that agents are built on.

Their wording decides where there is any; the name of the class is what remains when the text is empty or speaks of
the framework only.
"""

from genai_sentry.errors.rules.model import Family

CLIENTS = Family(
    name="clients",
    broad={
        "authentication/malformed": """
            InvalidHeader
        """,
        "authentication/missing_key": """
            ProfileNotFound
            NoAuthTokenError
            UnknownCredentialError
            CredentialUnavailableError
            AuthenticationRequiredError
            CredentialsError
            IdentityTokenFileError
            LocalTokenNotFoundError
            LoginTokenLoadError
        """,
        "authentication/expired": """
            ReauthFailError
            ReauthSamlChallengeFailError
            LoginRefreshRequired
            refresh_token_reused
        """,
        "authentication/invalid_key": """
            InvalidTokenError
            InvalidProviderAPIKey
            InvalidBedrockCredentials
            InvalidVertexCredentials
            ModelAuthenticationError
            CallerCredentialAuthenticationError
            UserAccessTokenError
            WorkloadIdentityError
        """,
        "connection_error/other": """
            ModelConnectionError
            ServiceRequestError
            ServiceResponseError
            HTTPClientError
        """,
        "connection_error/incomplete_body": """
            InvalidChunkLength
            TransferStalledError
        """,
        "connection_error/proxy": """
            InvalidProxy
            InvalidProxyMessage
            InvalidProxyStatus
            InvalidProxyURL
            InvalidProxiesConfigError
        """,
        "connection_error/reset": """
            ClientConnectionResetError
            WebSocketConnectionClosedError
            ProtocolError
        """,
        "connection_error/tls": """
            ServerFingerprintMismatch
            SSLSyscallError
            MutualTLSChannelError
        """,
        "content_filter/output": """
            OutputGuardrailTripwireTriggered
            ToolOutputGuardrailTripwireTriggered
            ModelRefusalError
        """,
        "content_filter/prompt": """
            InputGuardrailTripwireTriggered
            ToolInputGuardrailTripwireTriggered
            BlockedPiiEntityError
        """,
        "context_length/input_too_long": """
            ModelContextWindowExceededError
        """,
        "invalid_request/invalid_media": """
            MultimodalError
            ImageFetchError
            AI_DownloadError
            AI_InvalidDataContentError
        """,
        "invalid_request/invalid_parameter": """
            NoRegionError
            InvalidRegionError
            UnknownServiceError
            MissingSchema
            URLRequired
            UnsupportedProtocol
            ModelInvalidRequestError
            MalformedRequestFieldError
            AI_InvalidArgumentError
            AI_InvalidPromptError
            AI_TooManyEmbeddingValuesForCallError
            AI_LoadSettingError
        """,
        "invalid_request/payload_too_large": """
            ContentTooLargeError
            RequestTooLargeError
            PayloadTooBig
        """,
        "invalid_request/unsupported_parameter": """
            UnsupportedEndpointError
            EndpointNotSupportedByModelError
            AI_UnsupportedFunctionalityError
        """,
        "invalid_response": """
            UnexpectedModelBehavior
            ModelBehaviorError
        """,
        "invalid_response/malformed": """
            ResponseParsingError
            DeserializationError
            DecodeError
            DecodingError
            UnknownApiResponseError
            AI_InvalidToolArgumentsError
            AI_InvalidToolInputError
            InvalidToolInputError
            AI_InvalidResponseDataError
        """,
        "invalid_response/schema": """
            AdapterParseError
            JSONSchemaValidationError
            AI_NoSuchToolError
            NoSuchToolError
            AI_ToolCallRepairError
        """,
        "invalid_response/truncated": """
            IncompleteOutputException
            IncompleteToolCall
            OutputTokenLimitExceeded
        """,
        "model_unavailable/not_found": """
            ModelNotMappedError
        """,
        "permission_denied/other": """
            ModelPermissionDeniedError
        """,
        "permission_denied/scope": """
            LoginInsufficientPermissions
        """,
        "quota_exceeded/insufficient_quota": """
            ModelQuotaExceededError
        """,
        "quota_exceeded/spend_limit": """
            UsageLimitExceeded
            TokenBudgetExceeded
        """,
        "rate_limit": """
            ModelRateLimitError
            CallerCredentialRateLimitError
        """,
        "server_error/internal": """
            ModelServerError
        """,
        "server_error/overloaded": """
            ModelOverloadedError
            CapacityNotAvailableError
        """,
        "timeout/client_connect": """
            ServiceRequestTimeoutError
        """,
        "timeout/client_read": """
            ServiceResponseTimeoutError
            ModelTimeoutError
            ModelRequestTimeout
            InferenceTimeoutError
            FutureTimeoutError
        """,
        "timeout/upstream": """
            DeadlineExceededError
        """,
        "cancelled": """
            RunCancelled
            ClientClosedRequestError
            FutureCancelledError
            client_disconnect
            client_disconnected
        """,
        "invalid_response/empty": """
            AI_EmptyResponseBodyError
            AI_NoContentGeneratedError
            AI_NoImageGeneratedError
            AI_NoSpeechGeneratedError
            AI_NoTranscriptGeneratedError
        """,
        "invalid_request/invalid_message_order": """
            AI_InvalidMessageRoleError
            AI_MessageConversionError
        """,
        "model_unavailable/no_provider": """
            AI_NoSuchProviderError
        """,
        "invalid_request/other": """
            UserError
            NotImplementedError
            ResponseNotRead
            RequestNotRead
            StreamConsumed
        """,
    },
    vague={
        "authentication": """
            GoogleAuthError
            ClientAuthenticationError
            OAuthError
        """,
        "connection_error": """
            TransportError
            MaxRetryError
            WebSocketException
            InvalidHandshake
            InvalidStatus
            ConnectionClosed
            ConnectionClosedError
            ConnectionClosedOK
            WSServerHandshakeError
        """,
        "invalid_request": """
            ModelRequestRejectedError
            RejectedRequestError
            LiteLLMUnknownProvider
            ConfigurationError
            PreconditionFailedError
        """,
        "permission_denied": """
            Forbidden
        """,
        "quota_exceeded/insufficient_balance": """
            PaymentRequiredError
        """,
        "server_error/bad_gateway": """
            BadGatewayError
        """,
        "server_error/unavailable": """
            ModelUnavailableError
            MidStreamFallbackError
        """,
        "timeout/gateway": """
            GatewayTimeoutError
            RequestTimeoutError
        """,
    },
    phrases={
        "timeout/client_read": """
            headers timeout error
            body timeout error
        """,
        "connection_error/reset": """
            no close frame received
            keepalive ping timeout
        """,
    },
    wrappers={
        "connection_error/reset": """
            received 1001
            close 1001
            close code 1001
            closed with code 1001
            close 1000
            close 1006 abnormal
            received 1006
            close 1006
            close code 1006
            closed with code 1006
        """,
        "invalid_request/other": """
            received 1003
            close 1003
            close code 1003
            closed with code 1003
            received 1007
            close 1007
            close code 1007
            closed with code 1007
        """,
        "invalid_request/payload_too_large": """
            received 1009
            close 1009
            close code 1009
            closed with code 1009
        """,
        "server_error/internal": """
            received 1011
            close 1011
            close code 1011
            closed with code 1011
        """,
        "server_error/overloaded": """
            received 1012
            close 1012
            close code 1012
            closed with code 1012
            received 1013
            close 1013
            close code 1013
            closed with code 1013
        """,
    },
)
