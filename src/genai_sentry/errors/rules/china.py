"""Chinese providers' own codes, one table a provider.

Most of them number their errors, so a number counts only where the error is known to be theirs. Sources: the error code
pages of Z.ai and BigModel, Model Studio (DashScope), Moonshot, DeepSeek and MiniMax.
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
            usage limit reached for … hour
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
        "quota_exceeded/spend_limit": """
            BudgetLimitExceeded
        """,
        "server_error/overloaded": """
            Throttling.ServiceOverloaded
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
        "invalid_request/invalid_parameter": """
            InvalidParameter
            InvalidParameterError
            invalid_parameter_error
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
        "rate_limit": "request rate increased too quickly",
        "rate_limit/tokens_per_minute": """
            allocated quota exceeded
            you exceeded your current tokens
        """,
        "rate_limit/requests_per_minute": """
            you exceeded your current requests list
            requests rate limit exceeded
        """,
        "model_unavailable/no_access": """
            make sure you are eligible for using the model
        """,
        "permission_denied/other": """
            bind your alibaba cloud account
            bind your aliyun account
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
        "quota_exceeded/insufficient_quota": """
            exceeded_current_quota_error
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
        "server_error/overloaded": "2064",
        "timeout/upstream": "1001",
        "rate_limit": "1002\n1041\n2056",
        "rate_limit/tokens_per_minute": "1039",
        "authentication/invalid_key": "1004\n2049",
        "quota_exceeded/insufficient_balance": "1008",
        "quota_exceeded/insufficient_quota": "1028\n1030\n2067",
        "rate_limit/requests_per_minute": "2045",
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
        "content_filter/image": """
            input new_sensitive … image is sensitive
        """,
    },
)
