"""Wordings in further languages, as clients and gateways translate them: Japanese, Korean, and some of Europe's."""

from genai_sentry.errors.rules.model import Family

JAPANESE_AND_KOREAN = Family(
    name="japanese_and_korean",
    phrases={
        "rate_limit": """
            レート制限
            レートリミット
            リクエストが多すぎ
            リクエスト制限
            利用制限
            使用制限
            回数制限
            속도 제한
            요청 한도
            요청이 너무 많
            너무 많은 요청
            호출 한도
            사용량 제한
        """,
        "quota_exceeded/insufficient_balance": """
            残高不足
            残高が不足
            クレジットが不足
            クレジット不足
            クレジット残高
            支払い方法
            잔액이 부족
            잔액 부족
            크레딧이 부족
            크레딧 부족
            크레딧이 모두 소진
            결제 수단
        """,
        "quota_exceeded/insufficient_quota": """
            クォータを超え
            クォータ超過
            利用枠を超え
            利用上限
            無料枠を
            할당량을 초과
            할당량 초과
            할당량이 소진
            무료 사용량
        """,
        "authentication/invalid_key": """
            無効なapiキー
            apiキーが無効
            apiキーが正しく
            無効な api キー
            api キーが無効
            apiキーを確認
            認証に失敗
            認証エラー
            잘못된 api
            유효하지 않은 api
            api 키가 유효
            api 키가 올바르지
            api 키를 확인
            인증에 실패
            인증 실패
            인증 오류
        """,
        "authentication/missing_key": """
            apiキーが設定されて
            api キーが設定されて
            apiキーが必要
            api 키가 필요
            api 키가 설정되지
            api 키가 없
        """,
        "authentication/expired": """
            有効期限が切れ
            만료되었
            만료된 토큰
        """,
        "permission_denied/other": """
            権限がありません
            アクセスが拒否
            許可されていません
            권한이 없
            접근이 거부
            액세스가 거부
        """,
        "permission_denied/region": """
            お住まいの地域
            この地域では
            지역에서는
            지원되지 않는 지역
            지원하지 않는 국가
        """,
        "model_unavailable/not_found": """
            モデルが見つかり
            モデルが存在
            モデルは存在
            存在しないモデル
            無効なモデル
            모델을 찾을 수 없
            모델이 존재하지
            존재하지 않는 모델
            지원되지 않는 모델
            지원하지 않는 모델
        """,
        "context_length/input_too_long": """
            コンテキスト長
            コンテキストウィンドウ
            入力が長すぎ
            プロンプトが長すぎ
            トークン数が上限
            トークン制限を超え
            컨텍스트 길이
            컨텍스트 윈도우
            최대 토큰
            입력이 너무 깁
            입력이 너무 길
            토큰 한도를 초과
        """,
        "content_filter/prompt": """
            ポリシーに違反
            ポリシー違反
            不適切なコンテンツ
            コンテンツフィルタ
            安全上の理由
            정책을 위반
            정책 위반
            부적절한 콘텐츠
            콘텐츠 필터
            안전상의 이유
        """,
        "server_error/overloaded": """
            混雑
            過負荷
            混み合って
            과부하
            서버가 혼잡
            사용자가 많
        """,
        "server_error/unavailable": """
            メンテナンス
            サービスを利用できません
            利用できません
            점검 중
            서비스를 사용할 수 없
        """,
        "server_error/internal": """
            サーバーエラー
            サーバー内部
            内部エラー
            内部サーバー
            서버 오류
            서버 내부
            내부 오류
        """,
        "timeout/upstream": """
            タイムアウト
            時間切れ
            시간이 초과
            시간 초과
            타임아웃
        """,
        "connection_error/refused": """
            接続が拒否
            연결이 거부
        """,
        "connection_error/other": """
            接続に失敗
            接続できません
            接続エラー
            ネットワークエラー
            연결할 수 없
            연결에 실패
            연결 오류
            네트워크 오류
        """,
        "invalid_request/invalid_parameter": """
            無効なパラメータ
            パラメータが無効
            パラメータが不正
            必須パラメータ
            잘못된 매개변수
            잘못된 파라미터
            필수 매개변수
        """,
        "invalid_request/other": "잘못된 요청\n유효하지 않은 요청\n無効なリクエスト\nリクエストが無効",
        "invalid_request/payload_too_large": """
            リクエストが大きすぎ
            요청이 너무 큽
        """,
        "invalid_response/empty": """
            応答が空
            空の応答
            空のレスポンス
            응답이 비어
            빈 응답
        """,
        "cancelled": """
            キャンセルされました
            취소되었
        """,
    },
)

EUROPEAN = Family(
    name="european",
    phrases={
        "rate_limit": """
            límite de solicitudes
            límite de velocidad
            límite de tasa
            demasiadas solicitudes
            demasiadas peticiones
            trop de requêtes
            limite de débit
            limite de requêtes
            zu viele anfragen
            anfragelimit
            ratenlimit
            limite de requisições
            limite de taxa
            muitas requisições
            muitas solicitações
            troppe richieste
            limite di richieste
            превышен лимит запросов
            слишком много запросов
            лимит запросов
        """,
        "quota_exceeded/insufficient_balance": """
            saldo insuficiente
            créditos insuficientes
            sin créditos
            crédito insuficiente
            solde insuffisant
            crédits insuffisants
            crédit insuffisant
            guthaben
            credito insufficiente
            crediti insufficienti
            недостаточно средств
            недостаточно кредитов
            пополните баланс
        """,
        "quota_exceeded/insufficient_quota": """
            cuota excedida
            superado su cuota
            has excedido tu cuota
            cuota agotada
            quota dépassé
            quota épuisé
            kontingent
            cota excedida
            excedeu sua cota
            quota superata
            превышена квота
            исчерпан
        """,
        "authentication/invalid_key": """
            clave api no válida
            clave de api no válida
            api key no válida
            api key inválida
            clave api inválida
            clave de api inválida
            error de autenticación
            clé api invalide
            clé d'api invalide
            échec de l'authentification
            échec d'authentification
            ungültiger api-schlüssel
            api-schlüssel ungültig
            api-schlüssel ist ungültig
            authentifizierung fehlgeschlagen
            chave de api inválida
            chave api inválida
            falha na autenticação
            chiave api non valida
            неверный api
            недействительный api
            ошибка аутентификации
            ошибка авторизации
        """,
        "permission_denied/other": """
            acceso denegado
            sin permiso
            accès refusé
            zugriff verweigert
            keine berechtigung
            acesso negado
            accesso negato
            доступ запрещ
            нет доступа
        """,
        "model_unavailable/not_found": """
            modelo … no encontrado
            modèle … introuvable
            modèle … n'existe pas
            modelo … no existe
            modell nicht gefunden
            modell existiert nicht
            modelo não encontrado
            modelo não existe
            modello non trovato
            модель не найдена
            модель не существует
        """,
        "context_length/input_too_long": """
            petición … tokens límite
            petición … tokens el límite
            solicitud … tokens límite
            solicitud … tokens el límite
            requisição … tokens limite
            requête … tokens limite
            longitud máxima del contexto
            ventana de contexto
            longueur de contexte
            fenêtre de contexte
            kontextlänge
            kontextfenster
            janela de contexto
            finestra di contesto
            длина контекста
            контекстное окно
        """,
        "server_error/overloaded": """
            sobrecargado
            surchargé
            überlastet
            ausgelastet
            sovraccarico
            перегружен
        """,
        "server_error/internal": """
            error interno
            erreur interne
            interner fehler
            interner serverfehler
            erro interno
            errore interno
            внутренняя ошибка
            ошибка сервера
        """,
        "server_error/unavailable": """
            servicio no disponible
            service indisponible
            dienst nicht verfügbar
            serviço indisponível
            servizio non disponibile
            сервис недоступен
            временно недоступ
        """,
        "timeout/upstream": """
            tiempo de espera
            délai d'attente
            délai dépassé
            zeitüberschreitung
            tempo limite
            tempo esgotado
            tempo scaduto
            время ожидания
            превышено время
        """,
        "connection_error/other": """
            error de conexión
            no se pudo conectar
            erreur de connexion
            impossible de se connecter
            verbindung fehlgeschlagen
            verbindungsfehler
            keine verbindung
            erro de conexão
            errore di connessione
            ошибка подключения
            не удалось подключиться
        """,
        "content_filter/prompt": """
            política de contenido
            viola nuestras políticas
            politique de contenu
            inhaltsrichtlin
            política de conteúdo
        """,
        "invalid_request/invalid_parameter": """
            solicitud no válida
            solicitud incorrecta
            parámetro no válido
            requête invalide
            paramètre invalide
            ungültige anfrage
            ungültiger parameter
            requisição inválida
            parâmetro inválido
            richiesta non valida
            неверный запрос
            некорректный запрос
        """,
    },
)
