"""Wordings in Chinese about requests, their content and models, whoever sends them."""

from genai_sentry.errors.rules.model import Family

CHINESE = Family(
    name="chinese",
    phrases={
        "invalid_request/invalid_schema": """
            schema 不合法
            schema 无效
            schema 错误
            schema 格式
            schema 有误
            schema 校验
        """,
        "content_filter/prompt": """
            安全策略拒绝
            被安全策略
            被安全系统
            被安全
            触发安全
            触发了安全
            触发内容安全
            触发了内容安全
            触发审核
            触发了审核
            命中敏感
            未通过安全
            未通过内容安全
            命中违规
            违反社区
            社区规范
            使用规范
            使用政策
            内容政策
            违反规定
            违反平台
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
            max_tokens 参数超
            max_tokens 参数过大
            max_tokens 超过
            max_tokens 超出
            max_tokens 过大
            max_tokens 大于
            最大输出长度超过
        """,
        "model_unavailable/not_found": """
            模型已失效
            模型已经失效
            请检查模型名称
            请检查模型名
            模型名称有误
            检查模型名称是否
            模型 id 不正确
            模型 id 有误
            模型标识错误
            模型标识无效
            模型标识不正确
            模型 id 错误
            模型 id 无效
            模型 id 不存在
            模型名写错
            模型名称写错
            模型名填错
            模型名不对
            模型名有误
            没有这个模型
            没有该模型
            没有此模型
            查无此模型
            无此模型
            不存在的模型
            模型未上线
            模型无效
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
            仅对 … 开放
            仅面向
            等级不足
            无法使用该模型
            不可使用该模型
            不能使用该模型
            套餐不支持该模型
            套餐 … 不支持 … 模型
            套餐不包含
            套餐未包含
            没有权限使用 … 模型
            没有权限访问 … 模型
            没有权限调用 … 模型
            无权访问模型
            无权访问该模型
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
            倍率或价格未配置
            价格未配置
        """,
        "model_unavailable/no_provider": """
            可用的模型服务商
            可用的服务商
            可用的供应商
            可用的提供商
            的可用渠道
            所有节点
            全部渠道
            任何渠道
            所有账号
            全部账号
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
            必须在 … 之间
            应在 … 之间
            需在 … 之间
            范围应为
            请先选择模型
            请选择模型
            请选择一个模型
            未选择模型
            没有选择模型
            未配置模型
            没有配置模型
            未指定模型
            请先配置模型
            参数缺失
            缺少参数
            参数格式
            格式错误
            格式不正确
            缺少必要
            缺少必填
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
            不支持视觉
            不支持思考
            不支持深度思考
            不支持推理
            不支持联网
            不支持结构化
            不支持函数
            不支持系统提示
            不支持搜索
            不支持参数
            模型不支持 … 调用方式
            不支持该参数
            不支持工具
            不支持函数调用
            不支持此功能
            不支持当前
            不支持图片
            不支持流式
        """,
        "invalid_request/invalid_message_order": """
            最后一条不能
            最后一条消息不能
            最后一条消息必须
            最后一条消息应
            前面缺少
            缺少 tool_calls
            没有对应的 tool
            缺少对应的 tool
            最后一条必须
            首条消息
            第一条消息必须
            第一条消息应
            必须交替
            交替出现
            必须跟随
            必须紧跟
            tool 消息必须
            tool_calls 之后
            tool_calls 后
            system 消息只能
            system 消息必须
            system 消息应
            系统消息必须
            系统消息只能
            没有对应的结果
            没有对应的工具
            缺少对应的工具
            最后一条消息
            第一条消息
            消息顺序
            角色信息不正确
            messages 参数非法
            messages参数非法
            工具调用结果
        """,
        "invalid_request/invalid_media": """
            图片链接已失效
            无法打开图片
            图片无法打开
            图片打不开
            图片 url 无法
            图片链接无法
            图片地址无法
            图片 url 无效
            图片链接无效
            语音文件
            语音格式
            无法下载图片
            无法访问图片
            音频文件损坏
            图片文件损坏
            视频文件损坏
            音频损坏
            图片损坏
            图像损坏
            视频损坏
            无法识别图片
            无法识别图像
            无法识别该图片
            文件解析失败
            文档解析失败
            图片解析失败
            音频解析失败
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
        "permission_denied/other": """
            实名认证
        """,
        "invalid_request/not_found": """
            没有这个接口
            没有该接口
            无此接口
            路径错误
            路径不正确
            接口不存在
            api不存在
            api 不存在
            路由不存在
            路径不存在
            项目不存在
            会话不存在
            任务不存在
            资源不存在
            地址不存在
            找不到接口
            没有找到该接口
            未找到接口
            未找到该接口
        """,
        "invalid_request/other": """
            错误的请求
            无效的请求
            无效请求
            请求无效
            方法不允许
            不允许的请求方法
        """,
    },
    words={
        "invalid_request/invalid_parameter": """
            参数
            格式
        """,
        "invalid_request/unsupported_parameter": """
            不支持
        """,
        "content_filter/prompt": """
            敏感
            违法
            审核
        """,
        "context_length/input_too_long": """
            上下文
            过长
        """,
    },
)
