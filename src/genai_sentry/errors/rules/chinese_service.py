"""Wordings in Chinese about servers, connections and answers, whoever sends them."""

from genai_sentry.errors.rules.model import Family

CHINESE_SERVICE = Family(
    name="chinese",
    phrases={
        "timeout/gateway": """
            网关超时
            网关响应超时
            网关请求超时
        """,
        "invalid_response/truncated": """
            未完成就
            回答未完成
            输出未完成
            生成未完成
        """,
        "timeout/app_deadline": """
            超过最大执行时间
            超过最长时间
            超过最长执行时间
            超出最大执行时间
            超过最大运行时间
        """,
        "server_error/overloaded": """
            负载较高
            负载过大
            负载
            拥挤
            人数过多
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
            显存不足
            内存不足
            显存溢出
            内存溢出
            文件损坏
            数据库一致性
            开小差
            出错了
            内部错误
            服务内部错误
            系统错误
            系统异常
            服务器错误
            服务器内部
            服务异常
            未知错误
            操作失败
        """,
        "server_error/unavailable": """
            服务不可用
            服务暂不可用
            暂时不可用
            维护中
            服务维护
        """,
        "server_error/bad_gateway": """
            上游服务异常
            上游异常
            上游接口异常
            上游接口错误
            请求转发失败
            网关异常
            网关错误
            返回了无效响应
        """,
        "timeout/upstream": """
            超过最大时间
            超过最大时长
            执行时间过长
            响应时间过长
            超过时间限制
            请求超时
            响应超时
            处理超时
            执行超时
            超时
            截止时间
            超过时限
        """,
        "connection_error/reset": """
            重置了连接
            重置连接
            连接意外
            连接异常断开
            连接异常关闭
            连接异常中断
            连接被关闭
            连接已被关闭
            连接突然
            连接被重置
            远程主机强迫关闭
            中止了一个已建立的连接
            连接已断开
            连接 … 断开
            连接已关闭
            连接已被
            连接中断
            连接被关闭
        """,
        "connection_error/refused": """
            积极拒绝
            拒绝连接
            连接被拒绝
        """,
        "connection_error/other": """
            连接 … 服务器失败
            连接 … 服务失败
            连接 … 接口失败
            连不上
            无法连上
            是否可以正常访问
            是否能正常访问
            能否正常访问
            是否可以访问
            是否可访问
            网络异常
            连接失败
            无法连接
            无法访问网络
            网络连接
        """,
        "invalid_response/empty": """
            未返回响应
            未返回内容
            未返回结果
            未返回数据
            没有返回内容
            没有返回结果
            没有返回响应
            没有返回数据
            返回为空
            空响应
            返回内容为空
            空回复
            无输出
            没有输出
            没有产生
            空结果
            未返回任何
            没有返回任何
        """,
        "invalid_response/malformed": """
            返回的 json
            返回 json 格式
            输出的 json
            生成的 json
            响应的 json
            不是有效的 json
            不是有效json
            不是合法json
            不是 json
            非 json
            非json
            输出格式不正确
            返回格式不正确
            响应格式不正确
            输出格式错误
            响应格式错误
            解析响应失败
            响应解析
            解析失败
            未返回合法
            返回的不是
            不是合法的 json
            返回不是 json
            返回异常格式
            返回格式异常
            响应格式异常
            返回格式错误
            返回内容无效
        """,
        "cancelled": """
            手动取消
            手动终止
            手动中止
            手动中断
            请求被取消
            被用户取消
            操作被中止
            请求被中止
            用户中断了
            用户中止
            手动停止
            请求已取消
            用户取消
            已取消
        """,
        "timeout/client_connect": """
            网络连接超时
            连接超时
        """,
        "connection_error/dns": """
            域名解析失败
            域名解析错误
            无法解析域名
            dns 解析失败
            dns 无法解析
            dns 解析错误
            dns 查询失败
            无法解析 … 域名
            无法解析主机
            dns解析失败
            解析域名
        """,
        "connection_error/tls": """
            证书验证失败
            tls 握手
            ssl 握手
            https 握手
            证书校验失败
            证书错误
            证书无效
            证书已过期
            证书过期
        """,
        "rate_limit/requests_per_day": """
            每日限额
            每日额度
            每日上限
            每日次数
            当日额度
            当日限额
            每天限额
            今日额度
        """,
        "rate_limit": """
            每分钟限制
            每分钟 … 限制
            每分钟 … 上限
            每秒 … 上限
            每小时 … 上限
        """,
        "invalid_response/schema": """
            返回结果缺少
            返回数据缺少
            响应缺少字段
            返回内容缺少
            结构化输出 … 失败
            输出校验失败
            不符合 schema
            不符合预期格式
        """,
        "connection_error/incomplete_body": """
            响应中断
            流中断
            传输中断
            stream 中断
            中途断开
            中途中断
            到一半断
            到一半就断
            断流
        """,
        "connection_error/proxy": """
            代理服务器无法
            代理无法连接
            无法连接 … 代理
            代理不可用
            代理连接
            代理认证
            代理认证失败
            代理服务器认证
            代理错误
            代理连接失败
        """,
        "timeout/client_pool": """
            连接池已满
            连接池耗尽
            连接池超时
        """,
        "timeout/client_read": """
            等待响应超时
            等待服务器响应超时
            等待回复超时
            等待返回超时
            读取超时
            读取响应超时
            读取数据超时
        """,
    },
    words={
        "server_error/internal": """
            生成失败
            异常错误
        """,
        "server_error/overloaded": """
            繁忙
            稍后
            有点忙
            太忙
            很忙
            正忙
        """,
        "server_error/bad_gateway": """
            上游请求失败
            上游服务错误
            上游返回错误
            上游错误
            上游 … 返回错误
        """,
    },
)
