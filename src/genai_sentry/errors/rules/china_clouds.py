"""Chinese clouds' own codes: Qianfan, Hunyuan, Ark (Volcengine), SiliconFlow, Spark."""

from genai_sentry.errors.rules.model import Family

BAIDU = Family(
    name="baidu",
    providers=("baidu", "qianfan", "ernie", "wenxin"),
    signs=("qianfan", "aip.baidubce", "baidu"),
    own_broad={
        "invalid_request/invalid_parameter": "336001\n336002\n336003\n336004\n336005\n336006",
        "context_length/input_too_long": "336007",
        "server_error/internal": "336100",
    },
    own_codes={
        "server_error/internal": "1\n2\n15\n336000",
        "invalid_request/not_found": "3",
        "rate_limit": "4\n336501\n336502",
        "permission_denied/scope": "6",
        "authentication/invalid_key": "13\n14\n100\n110",
        "rate_limit/requests_per_day": "17",
        "quota_exceeded/insufficient_quota": "19",
        "rate_limit/requests_per_minute": "18",
        "authentication/expired": "111",
        "context_length/input_too_long": "336103",
        "content_filter/prompt": "336104\n17028",
    },
    codes={
        "quota_exceeded/insufficient_balance": """
            account_overdue
        """,
        "rate_limit/requests_per_minute": """
            rpm_rate_limit_exceeded
        """,
        "rate_limit/tokens_per_minute": """
            tpm_rate_limit_exceeded
            preemptible_rate_limit_exceeded
        """,
        "rate_limit/requests_per_day": """
            rpd_rate_limit_exceeded
        """,
        "authentication/invalid_key": """
            invalid_iam_token
            access_key_invalid
        """,
        "model_unavailable/no_access": """
            no_permission_to_use_model
        """,
        "content_filter/prompt": """
            unsafe_content
            input_unsafe
        """,
        "context_length/input_too_long": """
            prompt_tokens_exceeded
            characters_too_long
        """,
    },
    phrases={
        "quota_exceeded/insufficient_quota": """
            open api total request limit reached
        """,
        "rate_limit/requests_per_day": """
            open api daily request limit reached
        """,
        "rate_limit/requests_per_minute": """
            open api qps request limit reached
            qps request limit
        """,
        "invalid_request/not_found": """
            unsupported openapi method
        """,
        "authentication/expired": """
            access token expired
            access token invalid or no longer valid
        """,
        "authentication/invalid_key": """
            ak/sk should be
            iam certification failed
        """,
    },
)

TENCENT = Family(
    name="tencent",
    providers=("tencent", "hunyuan"),
    signs=("tencent", "hunyuan"),
    codes={
        "authentication/invalid_key": """
            AuthFailure
            AuthFailure.SecretIdNotFound
            AuthFailure.SignatureFailure
            AuthFailure.InvalidSecretId
            AuthFailure.InvalidAuthorization
        """,
        "authentication/expired": """
            AuthFailure.SignatureExpire
            AuthFailure.TokenFailure
        """,
        "permission_denied/scope": """
            AuthFailure.UnauthorizedOperation
            UnauthorizedOperation
        """,
        "rate_limit": """
            RequestLimitExceeded
            RequestLimitExceeded.GlobalRegionUinLimitExceeded
            RequestLimitExceeded.IPLimitExceeded
            RequestLimitExceeded.UinLimitExceeded
            FailedOperation.EngineServerLimitExceeded
        """,
        "rate_limit/concurrency": """
            LimitExceeded
            LimitExceeded.Concurrency
        """,
        "quota_exceeded/insufficient_quota": """
            FailedOperation.FreeResourcePackExhausted
            FailedOperation.ResourcePackExhausted
        """,
        "quota_exceeded/insufficient_balance": """
            FailedOperation.UserUnAuthError
            ResourceInsufficient.ChargeResourceExhaust
            FailedOperation.ServiceStopArrears
        """,
        "timeout/upstream": """
            FailedOperation.EngineRequestTimeout
        """,
        "server_error/internal": """
            FailedOperation.EngineServerError
        """,
        "content_filter/prompt": """
            OperationDenied.TextIllegalDetected
            OperationDenied.ImageIllegalDetected
            FailedOperation.SensitiveContent
        """,
        "permission_denied/other": """
            FailedOperation.ServiceNotActivated
            FailedOperation.ServiceStop
        """,
        "invalid_request/payload_too_large": "LimitExceeded.TooLargeFileError\nLimitExceeded.ExceededMaxPagesError",
        "invalid_request/invalid_parameter": """
            InvalidParameterValue
            MissingParameter
        """,
        "model_unavailable/not_found": """
            InvalidParameterValue.Model
        """,
        "invalid_request/unsupported_parameter": """
            UnknownParameter
        """,
    },
)

VOLCENGINE = Family(
    name="volcengine",
    providers=("volc", "doubao", "ark", "byteplus"),
    signs=("volces", "volcengine", "doubao", "byteplus"),
    codes={
        "quota_exceeded/insufficient_balance": """
            AccountOverdueError
            AccountOverdue
            OperationDenied.ServiceOverdue
            ServiceOverdue
        """,
        "quota_exceeded/spend_limit": """
            SetLimitExceeded
        """,
        "rate_limit/requests_per_minute": """
            ModelAccountRpmRateLimitExceeded
            AccountRateLimitExceeded
            EndpointRPMExceeded
            RateLimitExceeded.EndpointRPMExceeded
        """,
        "rate_limit/tokens_per_minute": """
            ModelAccountTpmRateLimitExceeded
            RateLimitExceeded.EndpointTPMExceeded
            EndpointTPMExceeded
        """,
        "rate_limit": """
            RateLimitExceeded.FoundationModelRPMExceeded
            APIAccountRpmRateLimitExceeded
            InflightBatchsizeExceeded
            ModelAccountIpmRateLimitExceeded
        """,
        "quota_exceeded/insufficient_quota": """
            QuotaExceeded
            OperationDenied.FileQuotaExceeded
            FileQuotaExceeded
        """,
        "invalid_request/other": """
            OperationDenied.InvalidState
            OperationDenied.UnsupportedPhase
            OperationDenied.CustomizationNotSupported
        """,
        "server_error/overloaded": """
            ServerOverloaded
        """,
        "content_filter/prompt": """
            SensitiveContentDetected
            InputTextSensitiveContentDetected
            InputTextRiskDetection
            RiskDetection
            InputImageRiskDetection
        """,
        "content_filter/image": """
            InputImageSensitiveContentDetected
            OutputImageSensitiveContentDetected
            OutputImageRiskDetection
        """,
        "content_filter/output": """
            OutputTextSensitiveContentDetected
            OutputTextRiskDetection
            OutputVideoSensitiveContentDetected
        """,
        "model_unavailable/not_found": """
            InvalidEndpointOrModel.NotFound
            InvalidEndpointOrModel
            ModelNotFound
            InvalidEndpoint.NotFound
        """,
        "model_unavailable/no_access": """
            ModelNotOpen
            InvalidEndpointOrModel.ModelIDAccessDisabled
            ModelIDAccessDisabled
            AccessDenied.ModelNotOpen
            OperationDenied.ServiceNotOpen
            ServiceNotOpen
            InvalidSubscription
            UnsupportedModel
        """,
        "model_unavailable/deprecated": """
            InvalidEndpoint.ClosedEndpoint
            ClosedEndpoint
            ModelRetired
        """,
        "model_unavailable/loading": """
            ModelLoadingError
        """,
        "authentication/invalid_key": """
            InvalidApiKey
            AuthenticationError.Key
        """,
        "permission_denied/scope": """
            OperationDenied.PermissionDenied
            PermissionDenied.Scope
        """,
        "server_error/internal": """
            InternalServiceError
        """,
        "invalid_request/invalid_media": """
            InvalidParameter.OversizeImage
            InvalidParameter.UnsupportedImageFormat
            InvalidImageURL.EmptyURL
            InvalidImageURL.InvalidFormat
            InvalidImageURL
            OversizeImage
            UnsupportedImageFormat
            InvalidImageDetail
            InvalidPixelLimit
        """,
        "invalid_request/unsupported_parameter": """
            InvalidArgumentError.UnknownRole
            InvalidParameter.UnsupportedModel
            InvalidParameter.UnsupportedInput
        """,
    },
    phrases={
        "authentication/invalid_key": """
            api key or ak/sk in the request is missing or invalid
            api key format is incorrect
        """,
        "quota_exceeded/insufficient_balance": """
            account has an overdue balance
        """,
        "rate_limit/concurrency": """
            quota exceeded for types: concurrency
        """,
        "quota_exceeded/spend_limit": """
            safe experience mode
            inference limit
        """,
        "model_unavailable/no_access": """
            has not activated the model
            not activated the model
        """,
        "model_unavailable/not_found": """
            model or endpoint … does not exist or you do not have access
        """,
    },
)

SILICONFLOW = Family(
    name="siliconflow",
    providers=("siliconflow", "silicon"),
    signs=("siliconflow",),
    own_broad={
        "invalid_request": "20015",
        "invalid_request/invalid_parameter": "20024",
        "server_error/overloaded": """
            50603
        """,
    },
    own_codes={
        "model_unavailable/not_found": "20012",
        "quota_exceeded/insufficient_balance": "30001\n30011",
        "model_unavailable/deprecated": "30003",
        "server_error/overloaded": "50505\n50501\n50601",
        "server_error/unavailable": "50602",
        "server_error/internal": "50500\n60000",
        "timeout/upstream": "50504",
    },
    phrases={
        "rate_limit/requests_per_minute": """
            rpm limit reached
            rpm limit … reached
            rpm limit exceeded
        """,
        "rate_limit/tokens_per_minute": """
            tpm limit reached
            tpm limit exceeded
            tpm limit … reached
        """,
        "context_length/input_too_long": """
            length of prompt_tokens
        """,
        "model_unavailable/not_found": """
            model does not exist. please check it carefully
        """,
        "model_unavailable/deprecated": """
            model disabled
        """,
        "quota_exceeded/insufficient_balance": """
            paid balance is insufficient
        """,
        "permission_denied/other": """
            real-name verification
            requires identity verification
        """,
    },
)

SPARK = Family(
    name="spark",
    providers=("spark", "iflytek", "xunfei", "xfyun"),
    signs=("xfyun", "iflytek", "sparkai"),
    own_broad={
        "quota_exceeded/insufficient_quota": "11200",
        "server_error/overloaded": "10012",
        "invalid_request/invalid_parameter": "10003\n10004\n10005\n10009\n10163",
    },
    own_codes={
        "content_filter/prompt": "10013\n10019",
        "content_filter/output": "10014",
        "context_length/input_too_long": "10907",
        "quota_exceeded/insufficient_quota": "11210",
        "rate_limit/requests_per_day": "11201",
        "rate_limit/requests_per_minute": "11202",
        "rate_limit/concurrency": "11203\n10007",
        "server_error/overloaded": "10008\n10110",
        "authentication/invalid_key": "10015\n10016\n10313\n11220",
        "permission_denied/other": "10017\n10018",
    },
    phrases={
        "quota_exceeded/insufficient_quota": """
            appidnoautherror … tokens
        """,
        "model_unavailable/no_access": """
            appidnoautherror … domain
        """,
    },
    codes={
        "model_unavailable/no_access": "AppIdNoAuthError",
    },
)

HUAWEI = Family(
    name="huawei",
    providers=("huawei", "modelarts", "pangu"),
    signs=("modelarts",),
    codes={
        "authentication/invalid_key": """
            ModelArts.81002
            ModelArts.81003
        """,
        "model_unavailable/no_access": "ModelArts.81004",
        "content_filter/prompt": "ModelArts.81011",
        "rate_limit/requests_per_minute": "ModelArts.81101",
        "rate_limit/tokens_per_minute": """
            ModelArts.81111
            InferHub.ModelArts.81111.429
        """,
        "rate_limit": """
            ModelArts.81114
            ModelArts.81116
        """,
    },
    broad={
        "invalid_request/invalid_parameter": "ModelArts.81001",
    },
)
