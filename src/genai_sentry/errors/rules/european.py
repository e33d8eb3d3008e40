"""More of what clients say in Europe's languages, where two notions near each other do not tell it."""

from genai_sentry.errors.rules.model import Family

EUROPEAN_CLIENTS = Family(
    name="european",
    phrases={
        "authentication/expired": """
            session a expiré
            session est expirée
            token a expiré
            token expirou
            sessão expirou
            sesión ha caducado
            sesión ha expirado
            sesión expirada
            sitzung ist abgelaufen
            sessione è scaduta
            сессия истекла
            сеанс истек
        """,
        "permission_denied/region": """
            недоступен в вашем регионе
            недоступна в вашем регионе
            недоступно в вашем регионе
            недоступен в вашей стране
            недоступна в вашей стране
            недоступно в вашей стране
        """,
        "rate_limit": """
            лимит обращений
            лимит вызовов
        """,
        "connection_error/refused": """
            conexión rechazada
            connexion refusée
            verbindung verweigert
            verbindung abgelehnt
            conexão recusada
            connessione rifiutata
            в соединении отказано
            соединение отклонено
        """,
        "connection_error/other": """
            impossible de contacter
            impossible de joindre
            não foi possível conectar
            não foi possível se conectar
            impossibile connettersi
            impossibile contattare
            nie można połączyć
            не удалось подключиться
        """,
        "invalid_response/malformed": """
            analizar la respuesta
            analyser la réponse
            danalyser la réponse
            antwort konnte nicht geparst
            antwort konnte nicht gelesen
            analisar a resposta
            analizzare la risposta
        """,
    },
)
