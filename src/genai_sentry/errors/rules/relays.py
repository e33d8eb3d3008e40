"""Relays that spread calls over pools of accounts: what they say of their accounts, and of who may use them."""

from genai_sentry.errors.rules.model import Family

RELAYS = Family(
    name="relays",
    phrases={
        "server_error/unavailable": """
            from the ring-balancer
        """,
        "invalid_request/unsupported_parameter": """
            is not currently supported
        """,
        "server_error/bad_gateway": """
            invalid response was received from the upstream
            invalid response from an upstream
            invalid response from the upstream
            upstream returned error
            upstream returned an error
            upstream provider returned an error
        """,
        "model_unavailable/no_provider": """
            no keys found that support
            all providers … failed
            all providers … exhausted
            all fallback models failed
            all fallbacks failed
            all fallback providers
            every provider failed
            all configured providers
            no_available_key
            no available key
            no auth available
            all … accounts are currently unavailable
            all accounts are unavailable
            all accounts … unhealthy
            no healthy accounts
            no channel
            not supported by any configured
            not supported by any available
            auth_not_found
            可用渠道不存在
            号池
            账号池
            账户池
        """,
        "model_unavailable/not_found": """
            model … not in the list
            model … not in list
            not in the model list
            allowed now your model
            401 model … not supported
        """,
        "timeout/gateway": """
            response_time_exceeded
        """,
        "authentication/missing_key": """
            found in auth cookie
        """,
        "quota_exceeded/insufficient_quota": """
            free usage exceeded
            free usage limit exceeded
        """,
        "invalid_request/not_found": """
            no route matched
            has no endpoint
        """,
        "invalid_request/other": """
            method not allowed
        """,
        "model_unavailable/no_access": """
            401 model … is disabled
            unavailable for free
            ratio or price not set
            模型仅限
            仅限 vip
            仅限会员
            仅会员可用
        """,
        "rate_limit": """
            your request limit
            are cooling down
            cooling down until
            冷却中
            冷却期
        """,
        "authentication/invalid_key": """
            failed to get access token
            failed to obtain access token
            failed to fetch access token
            获取 access_token 失败
            获取access_token失败
            获取 token 失败
            获取token失败
        """,
        "authentication/expired": """
            账号已失效
            账户已失效
            账号失效
        """,
        "permission_denied/other": """
            risk control
            风控
            异常请求
            官方客户端
            仅限 … 使用
            仅允许 … 使用
            仅支持 … 客户端
            can only be used in
            can only be used from
            can only be used within
            can only be used with official
        """,
    },
)
