"""Wordings in Chinese about connections that failed, whoever says them."""

from genai_sentry.errors.rules.model import Family

CHINESE_NETWORK = Family(
    name="chinese",
    phrases={
        "connection_error/reset": """
            连接被 … 重置
            连接被对方
            对端关闭
            对方关闭
            远端关闭
            被对端
            主动断开
            断开了连接
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
            连接 … 被拒绝
            积极拒绝
            拒绝连接
            连接被拒绝
        """,
        "connection_error/other": """
            建立连接失败
            无法 … 建立连接
            断网
            无网络
            没有网络
            网络波动
            网络不稳定
            网络不给力
            网络开小差
            网络抖动
            无法访问 api
            无法访问服务器
            无法访问 … 服务器
            访问不了
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
        "connection_error/dns": """
            找不到主机
            未知主机
            无法解析主机名
            域名无法解析
            域名不能解析
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
            证书校验
            证书验证
            证书不可信
            证书不受信任
            自签名证书
            证书链
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
    },
)
