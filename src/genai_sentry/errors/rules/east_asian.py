"""More of what Japanese and Korean clients say, where two notions near each other do not tell it."""

from genai_sentry.errors.rules.model import Family

EAST_ASIAN = Family(
    name="japanese_and_korean",
    phrases={
        "rate_limit/tokens_per_minute": """
            分あたりのトークン
            毎分トークン
            분당 토큰
        """,
        "rate_limit/requests_per_minute": """
            分あたりのリクエスト
            毎分のリクエスト
            분당 요청
        """,
        "server_error/overloaded": """
            アクセスが集中
            リクエストが集中
            접속자가 많
            접속이 몰려
            사용자가 많아
        """,
        "connection_error/reset": """
            接続がリセット
            接続が切断
            接続が切れ
            연결이 재설정
            연결이 초기화
            연결이 끊
        """,
        "model_unavailable/no_access": """
            モデルへのアクセス権
            モデルを使用する権限
            モデルを利用する権限
            モデルの利用権限
            모델에 대한 접근 권한
            모델에 대한 액세스 권한
            모델 사용 권한
            모델을 사용할 권한
        """,
        "cancelled": """
            사용자가 요청을 취소
            사용자가 취소
            사용자가 중단
            ユーザーが中断
            ユーザーが停止
        """,
    },
)
