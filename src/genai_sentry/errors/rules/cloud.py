"""Azure OpenAI and AI Foundry; Amazon Bedrock."""

from genai_sentry.errors.rules.model import Family

AZURE = Family(
    name="azure",
    providers=("azure",),
    signs=("azure", "aka.ms/", "cogsvc", "microsoft"),
    codes={
        "content_filter/prompt": """
            ResponsibleAIPolicyViolation
        """,
        "model_unavailable/not_found": """
            DeploymentNotFound
            InvalidDeployment
        """,
        "model_unavailable/loading": """
            DeploymentNotReady
        """,
        "model_unavailable/deprecated": """
            ModelDeprecated
        """,
        "permission_denied/scope": """
            AuthorizationFailed
        """,
        "invalid_request/other": """
            OperationNotSupported
        """,
        "server_error/overloaded": """
            NoCapacity
        """,
        "authentication/invalid_key": """
            InvalidSubscriptionKey
        """,
        "quota_exceeded/insufficient_quota": """
            InsufficientQuota
            QuotaExceeded
        """,
        "invalid_request/unsupported_parameter": """
            UnsupportedApiVersion
        """,
        "timeout/upstream": """
            OperationTimedOut
        """,
        "invalid_request/invalid_parameter": """
            InvalidModelProviderData
        """,
        "permission_denied/org": """
            RequestDisallowedByPolicy
        """,
    },
    broad={
        "rate_limit/tokens_per_minute": """
            TokenRateLimitExceeded
        """,
        "permission_denied/other": """
            AuthenticationTypeDisabled
        """,
    },
    phrases={
        "authentication/invalid_key": """
            access denied due to invalid subscription key or wrong api endpoint
            invalid subscription key
            aadsts
        """,
        "permission_denied/other": """
            failed because of policy violation
        """,
        "authentication/missing_key": """
            access denied due to missing subscription key
            missing application credentials
        """,
        "permission_denied/scope": """
            lacks the required data action
            principal does not have access to api/operation
            does not have authorization to perform action
            key based authentication is disabled
        """,
        "model_unavailable/not_found": """
            api deployment for this resource does not exist
        """,
        "invalid_request/other": """
            operation does not work with the specified model
            doesn't support the model that you provided
        """,
        "invalid_request/not_found": """
            resource not found
            subdomain does not map to a resource
        """,
        "invalid_request/invalid_parameter": """
            is enabled only for api versions
            api version not supported
            api-version query parameter
        """,
        "quota_exceeded/insufficient_quota": """
            out of call volume quota
        """,
        "server_error/overloaded": """
            the system is currently experiencing high demand and cannot process your request
        """,
        "rate_limit/tokens_per_minute": """
            exceeded token rate limit
        """,
        "rate_limit/requests_per_minute": """
            exceeded call rate limit
        """,
        "model_unavailable/no_access": """
            model access is denied due to
        """,
    },
)

BEDROCK = Family(
    name="bedrock",
    providers=("bedrock", "aws", "sagemaker"),
    signs=("amazonaws.com", "bedrock", "botocore", "an error occurred ("),
    codes={
        "server_error/unavailable": """
            ServiceUnavailableException
        """,
        "server_error/internal": """
            InternalServerException
            InternalFailure
        """,
        "timeout/upstream": """
            ModelTimeoutException
        """,
        "model_unavailable/loading": """
            ModelNotReadyException
        """,
        "quota_exceeded/insufficient_quota": """
            ServiceQuotaExceededException
        """,
        "authentication/invalid_key": """
            UnrecognizedClientException
            InvalidClientTokenId
            InvalidSignatureException
            SignatureDoesNotMatch
        """,
        "authentication/expired": """
            ExpiredTokenException
            ExpiredToken
            RequestExpired
        """,
        "authentication/missing_key": """
            MissingAuthenticationToken
            MissingAuthenticationTokenException
            NoCredentialsError
            CredentialsProviderError
        """,
        "authentication/malformed": """
            IncompleteSignature
            IncompleteSignatureException
        """,
        "model_unavailable/no_access": """
            FTUFormNotFilled
            BadCScoreException
        """,
        "invalid_request/not_found": """
            UnknownOperationException
        """,
        "invalid_request/other": """
            InvalidAction
            MalformedQueryString
        """,
    },
    broad={
        "rate_limit": """
            ThrottlingException
            TooManyRequestsException
            Throttling
            ThrottledException
            RequestLimitExceeded
        """,
        "permission_denied": """
            AccessDeniedException
            AccessDenied
            NotAuthorized
            OptInRequired
        """,
        "server_error/internal": """
            ModelErrorException
            ModelStreamErrorException
        """,
        "model_unavailable/not_found": """
            ResourceNotFoundException
        """,
    },
    vague={
        "invalid_request": """
            ValidationException
            SerializationException
            ConflictException
        """,
    },
    phrases={
        "rate_limit/tokens_per_minute": """
            too many tokens, please wait
        """,
        "rate_limit/tokens_per_day": """
            too many tokens per day
        """,
        "rate_limit": """
            too many requests, please wait before trying again
            reached max retries
        """,
        "rate_limit/concurrency": """
            too many connections
        """,
        "permission_denied/scope": """
            is not authorized to perform: bedrock
            no identity-based policy allows
            explicit deny
            security token … policy
        """,
        "invalid_request/not_found": """
            operation is not recognized
            validationexception: unknown operation
        """,
        "permission_denied/other": """
            operation not allowed
        """,
        "permission_denied/region": """
            access to anthropic models is not allowed from unsupported countries
            not allowed from unsupported countries
        """,
        "model_unavailable/no_access": """
            don't have access to the model with the specified model id
            model access is denied
            invocation of model id … with on-demand throughput isn't supported
            use case details have not been submitted
            on-demand throughput isn't supported
            inference profile that contains
            id or arn of an inference profile
            through an inference profile
            with an inference profile
            use an inference profile
        """,
        "model_unavailable/not_found": """
            the provided model identifier is invalid
            could not resolve the foundation model
        """,
        "model_unavailable/loading": """
            model is not ready for inference
        """,
        "quota_exceeded/insufficient_balance": """
            invalid_payment_instrument
            valid payment instrument
            account is not authorized … billing
        """,
        "context_length/input_too_long": """
            input is too long for requested model
        """,
        "invalid_request/other": """
            toolconfig field must be defined
            does not support message caching
        """,
        "invalid_request/invalid_schema": """
            toolspec … inputschema
            format of the value at … toolspec … inputschema
        """,
        "quota_exceeded/insufficient_quota": """
            reached for this month
        """,
        "invalid_request/unsupported_parameter": """
            malformed input request … extraneous key
        """,
        "invalid_request/invalid_parameter": """
            format of the value at
            failed to satisfy constraint
        """,
        "authentication/expired": """
            security token included in the request is expired
            sso session … expired
        """,
        "authentication/invalid_key": """
            security token included in the request is invalid
            request signature we calculated does not match
            bearer token has expired or is invalid
        """,
        "model_unavailable/deprecated": """
            marked by provider as legacy
        """,
    },
    wrappers={
        "invalid_request/invalid_parameter": """
            malformed input request
        """,
    },
)
