"""Wordings in Chinese, whoever sends them."""

from genai_sentry.errors.rules.model import Family

CHINESE = Family(
    name="chinese",
    phrases={
        "quota_exceeded/insufficient_balance": """
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
        """,
        "quota_exceeded/insufficient_quota": """
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
        """,
        "quota_exceeded/spend_limit": """
            消费限额
            预算上限
        """,
        "rate_limit": """
            速率限制
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
            使用上限
            调用次数超过
            降低请求频率
            访问频率
            达到速率
        """,
        "rate_limit/requests_per_minute": """
            每分钟请求
            分钟内请求
            请求数限制
        """,
        "rate_limit/tokens_per_minute": """
            每分钟令牌
            每分钟token
        """,
        "rate_limit/requests_per_day": """
            每日请求
            今日请求
            今日调用
            每日调用
            当日调用
            单日调用
            每天请求
        """,
        "rate_limit/concurrency": """
            并发数过高
            并发量
            并发过高
            并发请求
            并发数
            并发限制
            最大并发
        """,
        "server_error/overloaded": """
            访问量过大
            服务器繁忙
            系统繁忙
            服务繁忙
            负载过高
            负载已饱和
            上游负载
            服务过载
            引擎过载
            当前繁忙
            排队人数
            模型繁忙
            高峰期
            算力不足
            资源不足
            过载
        """,
        "server_error/internal": """
            内部错误
            服务内部错误
            系统错误
            系统异常
            服务器错误
            服务器内部
            服务异常
            未知错误
            操作失败
            网络错误
        """,
        "server_error/unavailable": """
            服务不可用
            服务暂不可用
            暂时不可用
            维护中
            服务维护
        """,
        "server_error/bad_gateway": """
            上游服务错误
            上游返回错误
            上游错误
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
        """,
        "authentication/missing_key": """
            未提供令牌
            未提供api
            缺少api
            未登录
            未设置api
            未配置api
            未提供 api
            未收到认证
            未携带
            请先登录
        """,
        "authentication/expired": """
            令牌已过期
            已过期
            token过期
            登录已失效
            登录过期
            token 过期
            凭证过期
        """,
        "permission_denied/other": """
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
            ip不在
            ip 不在
            白名单
            ip受限
            阻断
            访问被拦截
            请求被拦截
        """,
        "content_filter/prompt": """
            敏感内容
            敏感词
            敏感信息
            不安全或敏感
            违规内容
            内容违规
            涉及敏感
            内容安全
            不合规
            安全审核
            审核不通过
            未通过审核
            风险内容
            高风险
            违反相关
            违规
            政策阻断
        """,
        "content_filter/output": """
            输出内容包含
            生成内容包含敏感
            输出敏感
        """,
        "context_length/input_too_long": """
            上下文长度
            上下文窗口
            超过最大长度
            超出最大长度
            长度超限
            长度超过
            长度超出
            输入过长
            输入长度
            输入太长
            内容过长
            文本过长
            超过模型最大
            超出模型最大
            超过最大上下文
            token超限
            prompt 超长
            prompt超长
            超长
        """,
        "context_length/max_tokens_too_large": """
            最大输出长度超过
        """,
        "model_unavailable/not_found": """
            模型不存在
            不存在该模型
            找不到模型
            未找到模型
            无效的模型
            模型名称错误
            不支持的模型
            模型编码
            模型代码
            模型未找到
            不支持该模型
            不支持模型
            没有找到该模型
        """,
        "model_unavailable/deprecated": """
            模型已下线
            已下线
            已下架
            已停止服务
            停止服务
            已废弃
            已弃用
        """,
        "model_unavailable/no_access": """
            无权访问模型
            没有模型权限
            无权使用该模型
            暂未开放
            未开通
            未开通模型
            不可用该模型
            没有该模型的
            尚未开放
            未开放
            订阅套餐暂未开放
            无权限访问模型
            该令牌无权访问模型
            该令牌无权使用模型
            没有访问模型
        """,
        "model_unavailable/no_provider": """
            无可用渠道
            无可用令牌
            没有可用渠道
            没有可用的渠道
            无可用账号
            暂无可用
            无可用通道
            没有可用账号
            没有可用
            无可用
            所有渠道
        """,
        "model_unavailable/loading": """
            模型加载中
            正在加载
            模型启动中
        """,
        "invalid_request/invalid_parameter": """
            参数有误
            参数错误
            参数非法
            参数不合法
            参数无效
            无效的参数
            非法参数
            参数不正确
            不能为空
            不能大于
            不能小于
            取值范围
            未正常接收到
            参数异常
            请求参数
            必须是
            必须为
            不能同时设置
            输入不能为空
        """,
        "invalid_request/unsupported_parameter": """
            不支持参数
            不支持该参数
            不支持工具
            不支持函数调用
            不支持此功能
            不支持当前
            不支持图片
            不支持流式
            不支持
        """,
        "invalid_request/invalid_message_order": """
            消息顺序
            角色信息不正确
            messages 参数非法
            messages参数非法
            工具调用结果
        """,
        "invalid_request/invalid_media": """
            图片格式
            图片过大
            图片大小
            图片下载
            图片输入格式
            无效的图片
            文件格式
            音频格式
            下载图片失败
            图片解析
        """,
        "invalid_request/payload_too_large": """
            请求体过大
            文件过大
        """,
        "timeout/upstream": """
            请求超时
            响应超时
            处理超时
            执行超时
            超时
        """,
        "connection_error/reset": """
            连接被重置
            远程主机强迫关闭
            中止了一个已建立的连接
            连接已断开
        """,
        "connection_error/refused": """
            积极拒绝
            拒绝连接
            连接被拒绝
        """,
        "connection_error/other": """
            网络异常
            连接失败
            网络连接
        """,
        "invalid_response/empty": """
            返回为空
            空响应
            返回内容为空
            空回复
        """,
        "invalid_response/malformed": """
            解析响应失败
            响应解析
            解析失败
        """,
        "cancelled": """
            请求已取消
            用户取消
            已取消
        """,
    },
)
