"""Wordings in Chinese about money, limits, keys and rights, whoever sends them."""

from genai_sentry.errors.rules.model import Family

CHINESE_ACCOUNT = Family(
    name="chinese",
    phrases={
        "permission_denied/scope": """
            key 没有访问
            key 没有权限
            没有访问此接口
            没有访问该接口
            没有接口权限
            没有调用权限
            没有操作权限
            没有该接口权限
        """,
        "quota_exceeded/insufficient_balance": """
            金币不足
            算力点不足
            余额为 0
            余额为零
            可用余额为
            余额不足
            账户余额
            余额已用完
            余额已耗尽
            账户已欠费
            账号已欠费
            已欠费
            欠费
            请充值
            请先充值
            请及时充值
            账户已停用
            无可用资源包
            资源包已用尽
            资源包余量
            资源包不足
            计费账户
        """,
        "quota_exceeded/insufficient_quota": """
            权益已用完
            权益已用尽
            权益不足
            请购买
            请先购买
            前往购买
            订阅已到期
            订阅到期
            会员到期
            会员已到期
            会员已过期
            请续费
            额度不足
            额度已用尽
            额度已用完
            额度已耗尽
            额度已达上限
            剩余额度
            用户额度
            令牌额度
            免费额度已
            预扣费额度失败
            配额不足
            配额已用尽
            配额已用完
            套餐已到期
            套餐已过期
            套餐已用完
            订阅套餐
            订阅已过期
            免费试用已
            点数不足
            积分不足
            token 不够
            token 不足
            token 用完
            token 已用完
            token 已用尽
            tokens 不足
            tokens 用完
            tokens 已用完
        """,
        "quota_exceeded/spend_limit": """
            消费上限
            费用上限
            支出上限
            花费上限
            预算已
            超出预算
            超过预算
            预算已用
            消费限额
            预算上限
        """,
        "rate_limit": """
            频控
            限频
            调用频次
            速率限制
            总请求数限制
            请求频率
            频率过高
            频率限制
            频率超限
            请求过于频繁
            请求太频繁
            过于频繁
            访问量过快
            请求过多
            请求数过多
            请求次数过多
            限流
            触发限制
            限速
            使用上限
            调用次数超过
            降低请求频率
            访问频率
            达到速率
            额度将于 … 重置
            额度已 … 自动重置
            额度已用完 … 明天
            额度 … 明天再
            限额将在
            用量上限
        """,
        "rate_limit/requests_per_minute": """
            使用该api的频率过高
            每分钟请求
            分钟内请求
            请求数限制
            rpm 超
            rpm 限
            rpm 已
            rpm 达
            rpm 过
        """,
        "rate_limit/tokens_per_minute": """
            每分钟令牌
            每分钟token
            tpm 超
            tpm 限
            tpm 已
            tpm 达
            tpm 过
        """,
        "rate_limit/requests_per_day": """
            单日请求
            日请求量
            日调用量
            当日请求
            当天的调用限额
            每日请求
            今日请求
            今日调用
            每日调用
            当日调用
            单日调用
            每天请求
            今日额度已用
            每日额度已用
            今日免费额度
            每日免费额度
            当日额度已用
        """,
        "rate_limit/concurrency": """
            上一个请求
            上一条消息
            同一时间只能
            请求还在处理
            任务正在进行
            并发 … 上限
            同时请求
            同时调用
            同时进行的请求
            同时发起
            并发数过高
            并发量
            并发过高
            并发请求
            并发数
            并发限制
            最大并发
            并发超
            超过并发
            超出并发
            并发上限
            并发已
            触发并发
        """,
        "authentication/invalid_key": """
            无效的令牌
            令牌无效
            令牌不可用
            令牌验证失败
            令牌状态不可用
            无效的api key
            无效的apikey
            无效的密钥
            密钥无效
            密钥错误
            api key无效
            api key 无效
            身份验证失败
            身份认证失败
            认证失败
            鉴权失败
            验证失败
            签名错误
            签名验证
            token无效
            key错误
            无效的 api key
            无效的 key
            key 无效
            key 不对
            key 不正确
            key 有误
            key 填错
            key 不可用
            key 验证
            key 校验
            key 认证失败
            token 错误
            token 不正确
        """,
        "authentication/missing_key": """
            key 不能为空
            密钥不能为空
            令牌不能为空
            未找到 api key
            找不到 api key
            没有找到 api key
            未找到密钥
            请登录后
            请先配置 api
            请配置 api
            请先设置 api
            请设置 api
            请先填写 api
            请填写 api
            请输入 api
            请先输入 api
            没填 key
            key 没填
            没有 authorization
            缺少 authorization
            请求头中没有
            未提供令牌
            未提供api
            缺少api
            未登录
            未设置api
            未配置api
            未提供 api
            未收到认证
            未收到authentication
            未携带
            请先登录
        """,
        "authentication/malformed": """
            请求头格式
            authorization 格式
            authorization 请求头格式
            authorization 头格式
            密钥格式错误
            密钥格式不正确
        """,
        "authentication/expired": """
            token … 过期
            token … 失效
            cookie 已失效
            cookie 失效
            cookie 过期
            cookie 已过期
            登录态
            key 失效
            key 已失效
            key 过期
            key 已过期
            令牌已过期
            已过期
            token过期
            登录已失效
            token已失效
            token 已失效
            令牌已失效
            会话已失效
            凭证已失效
            登录过期
            token 过期
            凭证过期
        """,
        "permission_denied/other": """
            未获授权
            未被授权
            未经授权
            拒绝访问
            被管理员关闭
            被管理员禁用
            已被管理员
            被限制使用
            账号存在异常
            账户存在异常
            被限制访问
            账户 … 违规
            账号 … 违规
            账户异常
            账号异常
            无权限
            没有权限
            无权访问
            权限不足
            无权
            禁止访问
            账号已被封禁
            用户已被封禁
            账号被锁定
            账户已锁定
            账户已被锁定
            账号已被锁定
            账号异常
        """,
        "permission_denied/region": """
            不支持的地区
            所在地区
            所在区域
            地区不支持
            区域不支持
        """,
        "permission_denied/ip": """
            网段
            ip不在
            ip 不在
            白名单
            ip受限
            阻断
            访问被拦截
            请求被拦截
        """,
    },
    words={
        "quota_exceeded": """
            余额
            额度
            充值
            套餐
            配额
        """,
        "rate_limit": """
            限制
            频率
            频繁
            次数
            速率
        """,
        "authentication/invalid_key": """
            密钥
            令牌
            鉴权
            认证
        """,
        "permission_denied": """
            权限
            禁止
        """,
    },
)
