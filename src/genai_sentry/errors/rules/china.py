"""Chinese providers' own codes, one table a provider.

Most of them number their errors, so a number counts only where the error is known to be theirs. Sources: the error code
pages of Z.ai and BigModel, Model Studio (DashScope), Moonshot, DeepSeek, MiniMax, Qianfan, Hunyuan, Ark (Volcengine),
SiliconFlow, StepFun, Spark, Baichuan.
"""

from genai_sentry.errors.rules.model import Family

ZHIPU = Family(
    name="zhipu",
    providers=("zhipu", "bigmodel", "z.ai", "zai", "z_ai", "glm"),
    signs=("bigmodel", "z.ai", "zhipu", "glm-"),
    own_broad={
        "invalid_request/invalid_parameter": "1210\n1213\n1214\n1215",
    },
    own_codes={
        "authentication/invalid_key": "1000\n1002\n1004\n1111",
        "authentication/missing_key": "1001",
        "authentication/expired": "1003",
        "permission_denied/other": "1110\n1112\n1120\n1121\n1220\n1314\n1315",
        "quota_exceeded/insufficient_balance": "1113",
        "quota_exceeded/insufficient_quota": "1309\n1319",
        "model_unavailable/not_found": "1211",
        "model_unavailable/no_access": "1311",
        "invalid_request/unsupported_parameter": "1212",
        "invalid_request/not_found": "1221\n1222",
        "invalid_request/other": "1231",
        "context_length/input_too_long": "1261",
        "content_filter/prompt": "1301",
        "rate_limit/concurrency": "1302",
        "rate_limit/requests_per_minute": "1303",
        "rate_limit/requests_per_day": "1304",
        "server_error/overloaded": "1305\n1312",
        "rate_limit": "1308\n1310\n1313",
        "permission_denied/ip": "1300",
        "server_error/internal": "1200\n1230\n1234",
    },
    phrases={
        "quota_exceeded/insufficient_balance": """
            insufficient balance or no resource package
            your account is in arrears
        """,
        "server_error/overloaded": """
            service may be temporarily overloaded
        """,
        "rate_limit/concurrency": """
            high concurrency usage of this api
        """,
        "rate_limit/requests_per_minute": """
            high frequency usage of this api
        """,
        "model_unavailable/no_access": """
            subscription plan does not yet include access
            plan does not yet include access to
        """,
        "quota_exceeded/insufficient_quota": """
            coding plan package has expired
            package has expired
        """,
        "rate_limit": """
            usage limit reached for
            limit exhausted. your limit will reset
            your limit will reset at
        """,
        "model_unavailable/not_found": """
            please check the model code
        """,
        "permission_denied/other": """
            account has been locked
        """,
    },
)

DASHSCOPE = Family(
    name="dashscope",
    providers=("dashscope", "qwen", "aliyun", "alibaba", "bailian", "modelscope"),
    signs=("dashscope", "aliyun", "alibabacloud", "bailian", "internalerror.algo"),
    codes={
        "quota_exceeded/insufficient_balance": """
            Arrearage
            PrepaidBillOverdue
            PostpaidBillOverdue
            CommodityNotPurchased
        """,
        "quota_exceeded/insufficient_quota": """
            AllocationQuota.FreeTierOnly
            FreeTierOnly
            Throttling.AllocationQuota.FreeTier
        """,
        "content_filter/prompt": """
            DataInspectionFailed
            data_inspection_failed
            DataInspection
        """,
        "rate_limit/requests_per_minute": """
            Throttling.RateQuota
            LimitRequests
            limit_requests
            Throttling.BurstRate
        """,
        "rate_limit/tokens_per_minute": """
            Throttling.AllocationQuota
            limit_burst_rate
        """,
        "rate_limit/concurrency": """
            Throttling.ConcurrencyQuota
        """,
        "model_unavailable/no_access": """
            AccessDenied.Unpurchased
            Model.AccessDenied
            access_denied_model
        """,
        "model_unavailable/not_found": """
            ModelNotFound
            Model.NotFound
            ModelNotExist
        """,
        "invalid_request/invalid_parameter": """
            InvalidParameter
            invalid_parameter_error
            BadRequest.EmptyInput
            BadRequest.EmptyParameters
            BadRequest.EmptyModel
            BadRequest.InputDownloadFailed
            BadRequest.UnsupportedFileFormat
        """,
        "invalid_request/payload_too_large": """
            BadRequest.TooLarge
        """,
        "invalid_request/not_found": """
            InvalidURL
            WorkSpaceNotFound
        """,
        "invalid_request/other": """
            UnsupportedOperation
        """,
        "authentication/invalid_key": """
            InvalidApiKey
            NotAuthorizedKey
        """,
        "permission_denied/other": """
            Workspace.AccessDenied
            App.AccessDenied
            AccessDenied.Workspace
        """,
        "timeout/upstream": """
            RequestTimeOut
            InternalError.Timeout
            ResponseTimeout
        """,
        "server_error/unavailable": """
            ModelUnavailable
            ModelServingError
            ModelServiceFailed
        """,
        "invalid_request/invalid_media": """
            InvalidParameter.DataInspection
            InvalidFile
            InvalidImage
        """,
    },
    broad={
        "rate_limit": """
            Throttling
            Throttling.User
        """,
        "server_error/internal": """
            InternalError.Algo
            SystemError
        """,
    },
    phrases={
        "quota_exceeded/insufficient_balance": """
            make sure your account is in good standing
            overdue-payment
        """,
        "quota_exceeded/insufficient_quota": """
            free tier of the model has been exhausted
            free allocated quota exceeded
            free quota … exhausted
            month allocated quota exceeded
        """,
        "rate_limit/tokens_per_minute": """
            allocated quota exceeded
            request rate increased too quickly
            you exceeded your current tokens
        """,
        "rate_limit/requests_per_minute": """
            you exceeded your current requests list
            requests rate limit exceeded
        """,
        "model_unavailable/no_access": """
            make sure you are eligible for using the model
        """,
        "content_filter/prompt": """
            may contain inappropriate content
        """,
        "invalid_request/unsupported_parameter": """
            current user api does not support
            this model only support stream mode
        """,
        "invalid_request/invalid_parameter": """
            enable_thinking must be set
            thinking_budget parameter must be
            required parameter(s) missing or invalid
        """,
    },
    own_phrases={
        "rate_limit": """
            exceeded your current quota
            please check your plan and billing details
        """,
    },
    own_codes={
        "rate_limit/tokens_per_minute": """
            insufficient_quota
        """,
    },
)

MOONSHOT = Family(
    name="moonshot",
    providers=("moonshot", "kimi"),
    signs=("moonshot", "kimi"),
    codes={
        "quota_exceeded/insufficient_quota": """
            exceeded_current_quota_error
        """,
        "rate_limit": """
            rate_limit_reached_error
        """,
        "server_error/overloaded": """
            engine_overloaded_error
        """,
        "content_filter/prompt": """
            content_filter
        """,
        "server_error/internal": """
            unexpected_output
        """,
        "authentication/invalid_key": """
            incorrect_api_key_error
        """,
    },
    broad={
        "authentication/invalid_key": """
            invalid_authentication_error
        """,
    },
    phrases={
        "quota_exceeded/insufficient_balance": """
            suspended due to insufficient balance
            suspended, please check your plan and billing details
        """,
        "quota_exceeded/insufficient_quota": """
            is not active, organization … exceeded current quota
            exceeded current token quota
            reached your … usage limit for this billing cycle
        """,
        "rate_limit/concurrency": """
            reached max organization concurrency
            reached organization max concurrency
        """,
        "rate_limit/requests_per_minute": """
            reached organization max rpm
            reached max request
            project rpm rate limit
        """,
        "rate_limit/tokens_per_minute": """
            reached organization tpm rate limit
            reached project tpm rate limit
        """,
        "rate_limit/tokens_per_day": """
            reached organization tpd rate limit
            reached project tpd rate limit
            tpd rate limit
        """,
        "context_length/input_too_long": """
            your request exceeded model token limit
            input token length too long
        """,
        "content_filter/prompt": """
            request was rejected because it was considered high risk
        """,
        "model_unavailable/not_found": """
            not found the model
            permission denied … model … not found
        """,
    },
)

DEEPSEEK = Family(
    name="deepseek",
    providers=("deepseek",),
    signs=("deepseek",),
    phrases={
        "content_filter/prompt": """
            content exists risk
        """,
        "authentication/invalid_key": """
            authentication fails
        """,
        "authentication/missing_key": """
            authentication fails (auth header
        """,
        "model_unavailable/not_found": """
            model not exist
        """,
        "invalid_request/invalid_message_order": """
            duplicate value for tool_call_id
            insufficient tool messages following tool_calls
            must be followed by tool messages
            reasoning_content … thinking mode must be passed back
            deepseek-reasoner … successive user or assistant messages
        """,
        "server_error/overloaded": """
            service is too busy
        """,
    },
)

MINIMAX = Family(
    name="minimax",
    providers=("minimax",),
    signs=("minimax", "base_resp"),
    own_broad={
        "invalid_request/invalid_parameter": "1042\n2013\n20132\n2037",
    },
    own_codes={
        "server_error/internal": "1000\n1013\n1024\n1033",
        "timeout/upstream": "1001",
        "rate_limit": "1002\n1041",
        "rate_limit/tokens_per_minute": "1039",
        "authentication/invalid_key": "1004\n2049",
        "quota_exceeded/insufficient_balance": "1008",
        "quota_exceeded/insufficient_quota": "1028\n1030",
        "rate_limit/requests_per_minute": "2045",
        "rate_limit/requests_per_day": "2056",
        "content_filter/prompt": "1026",
        "content_filter/output": "1027",
        "model_unavailable/no_access": "2061",
        "permission_denied/other": "2038",
    },
    phrases={
        "server_error/internal": """
            unknown error 999
            unknown error 1000
        """,
        "model_unavailable/no_access": """
            your current token plan not support model
            plan not support model
        """,
        "content_filter/prompt": """
            input new_sensitive
            new_sensitive
        """,
        "content_filter/output": """
            output new_sensitive
        """,
        "authentication/invalid_key": """
            login fail
            token not match group
        """,
        "invalid_request/invalid_message_order": """
            tool result's tool id … not found
            tool call result does not follow tool call
            chat content has invalid message role
        """,
        "invalid_request/invalid_parameter": """
            invalid function arguments json string
            invalid chat setting
        """,
        "context_length/input_too_long": """
            context window exceeds limit
        """,
        "quota_exceeded/insufficient_balance": """
            insufficient balance (1008)
        """,
        "rate_limit": """
            usage limit exceeded, 5-hour
            token plan … limit
        """,
    },
)

BAIDU = Family(
    name="baidu",
    providers=("baidu", "qianfan", "ernie", "wenxin"),
    signs=("qianfan", "aip.baidubce", "baidu"),
    own_broad={
        "invalid_request/invalid_parameter": "336002\n336003\n336004\n336005\n336006",
    },
    own_codes={
        "server_error/internal": "1\n2\n336000\n336100",
        "invalid_request/not_found": "3",
        "rate_limit": "4\n336501\n336502",
        "permission_denied/scope": "6",
        "authentication/invalid_key": "13\n14\n100\n110\n336001",
        "quota_exceeded/insufficient_quota": "17\n19",
        "rate_limit/requests_per_minute": "18",
        "authentication/expired": "111",
        "context_length/input_too_long": "336007\n336103",
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
        """,
    },
    phrases={
        "quota_exceeded/insufficient_quota": """
            open api daily request limit reached
            open api total request limit reached
        """,
        "rate_limit/requests_per_minute": """
            open api qps request limit reached
            qps request limit
        """,
        "authentication/expired": """
            access token expired
        """,
        "authentication/invalid_key": """
            access token invalid or no longer valid
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
            FailedOperation.ServiceStop
        """,
        "server_error/overloaded": """
            FailedOperation.EngineServerLimitExceeded
        """,
        "timeout/upstream": """
            FailedOperation.EngineRequestTimeout
        """,
        "server_error/internal": """
            FailedOperation.EngineServerError
            InternalError
        """,
        "content_filter/prompt": """
            OperationDenied.TextIllegalDetected
            OperationDenied.ImageIllegalDetected
            FailedOperation.SensitiveContent
        """,
        "permission_denied/other": """
            FailedOperation.ServiceNotActivated
        """,
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
        """,
        "server_error/overloaded": """
            ServerOverloaded
            RequestBurstTooFast
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
        "permission_denied/other": """
            OperationDenied.ServiceNotOpen
            ServiceNotOpen
            OperationDenied.ServiceOverdue
        """,
        "invalid_request/invalid_parameter": """
            InvalidParameter
            MissingParameter
            InvalidParameter.OversizeImage
            InvalidParameter.UnsupportedImageFormat
        """,
        "invalid_request/invalid_media": """
            InvalidImageURL.EmptyURL
            InvalidImageURL.InvalidFormat
            InvalidImageURL
            OversizeImage
            UnsupportedImageFormat
            InvalidImageDetail
        """,
        "invalid_request/unsupported_parameter": """
            InvalidArgumentError.UnknownRole
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
        "quota_exceeded/spend_limit": """
            safe experience mode
            inference limit
        """,
        "model_unavailable/no_access": """
            has not activated the model
            not activated the model
            model or endpoint … does not exist or you do not have access
        """,
    },
)

SILICONFLOW = Family(
    name="siliconflow",
    providers=("siliconflow", "silicon"),
    signs=("siliconflow",),
    own_broad={
        "invalid_request/invalid_parameter": "20015\n20024",
    },
    own_codes={
        "model_unavailable/not_found": "20012",
        "quota_exceeded/insufficient_balance": "30001\n30011",
        "model_unavailable/deprecated": "30003",
        "server_error/overloaded": "50505\n50501\n50601",
        "server_error/unavailable": "50602\n50603",
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
        "invalid_request/invalid_parameter": "10003\n10004\n10005\n10163",
    },
    own_codes={
        "content_filter/prompt": "10013\n10019",
        "content_filter/output": "10014",
        "context_length/input_too_long": "10907",
        "quota_exceeded/insufficient_quota": "11200\n11210",
        "rate_limit/requests_per_day": "11201",
        "rate_limit/requests_per_minute": "11202",
        "rate_limit/concurrency": "11203\n10007",
        "server_error/overloaded": "10008\n10110\n10012",
        "authentication/invalid_key": "10015\n10016\n10313\n11220",
        "permission_denied/other": "10017\n10018",
    },
)
