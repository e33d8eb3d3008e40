"""What goes wrong between the application and the provider: exception classes and codes.

Classes of httpx, httpx2, httpcore, anyio, ssl, socket, aiohttp, requests, urllib3, botocore, grpc and the SDKs, by bare
name; codes of operating systems, Node, Chromium. `transport_words` has their wordings.
"""

from genai_sentry.errors.rules.model import Family

TRANSPORT = Family(
    name="transport",
    codes={
        "timeout/client_pool": """
            PoolTimeout
        """,
        "timeout/client_connect": """
            ConnectTimeout
            ConnectTimeoutError
            ConnectionTimeoutError
            UND_ERR_CONNECT_TIMEOUT
            ERR_SOCKET_CONNECTION_TIMEOUT
            ERR_CONNECTION_TIMED_OUT
        """,
        "timeout/client_read": """
            ReadTimeout
            ReadTimeoutError
            WriteTimeout
            SocketTimeoutException
            ServerTimeoutError
            SocketTimeoutError
            TimeoutRejectedException
            ERR_TIMED_OUT
            UND_ERR_HEADERS_TIMEOUT
            UND_ERR_BODY_TIMEOUT
            HeadersTimeoutError
            BodyTimeoutError
        """,
        "connection_error/dns": """
            gaierror
            ENOTFOUND
            EAI_AGAIN
            NameResolutionError
            ClientConnectorDNSError
            UnknownHostException
            EAI_NONAME
            ERR_NAME_NOT_RESOLVED
        """,
        "connection_error/refused": """
            ConnectionRefusedError
            ECONNREFUSED
            ERR_CONNECTION_REFUSED
        """,
        "connection_error/tls": """
            SSLError
            SSLCertVerificationError
            SSLZeroReturnError
            SSLEOFError
            CertificateError
            ClientConnectorSSLError
            ClientConnectorCertificateError
            ClientSSLError
            SSLHandshakeException
            CERT_HAS_EXPIRED
            SELF_SIGNED_CERT_IN_CHAIN
            DEPTH_ZERO_SELF_SIGNED_CERT
            UNABLE_TO_GET_ISSUER_CERT_LOCALLY
            UNABLE_TO_VERIFY_LEAF_SIGNATURE
            ERR_TLS_CERT_ALTNAME_INVALID
            CERTIFICATE_VERIFY_FAILED
            TLSV1_ALERT
            SSL_ERROR_SYSCALL
            ERR_CERT_AUTHORITY_INVALID
            ERR_CERT_COMMON_NAME_INVALID
            ERR_SSL_PROTOCOL_ERROR
            EPROTO
        """,
        "connection_error/reset": """
            ConnectionResetError
            ConnectionAbortedError
            BrokenPipeError
            ECONNRESET
            ECONNABORTED
            EPIPE
            RemoteDisconnected
            ServerDisconnectedError
            ClientOSError
            BrokenResourceError
            ClosedResourceError
            UND_ERR_SOCKET
            ERR_CONNECTION_RESET
            ERR_CONNECTION_CLOSED
            ERR_CONNECTION_ABORTED
            ERR_EMPTY_RESPONSE
            ERR_HTTP2_PROTOCOL_ERROR
            ERR_HTTP2_STREAM_ERROR
        """,
        "connection_error/proxy": """
            ProxyError
            ClientProxyConnectionError
            ClientHttpProxyError
            ProxyConnectionError
            ERR_PROXY_CONNECTION_FAILED
            ERR_TUNNEL_CONNECTION_FAILED
        """,
        "connection_error/incomplete_body": """
            IncompleteRead
            ChunkedEncodingError
            ClientPayloadError
            IncompleteReadError
            ResponseStreamingError
            ContentLengthError
            TransferEncodingError
            ERR_STREAM_PREMATURE_CLOSE
            ERR_INCOMPLETE_CHUNKED_ENCODING
            ERR_CONTENT_LENGTH_MISMATCH
        """,
        "cancelled": """
            CancelledError
            AbortError
            APIUserAbortError
            KeyboardInterrupt
            GeneratorExit
            GreenletExit
            SystemExit
            ABORT_ERR
        """,
        "timeout/app_deadline": """
            SoftTimeLimitExceeded
            dramatiq.middleware.time_limit.TimeLimitExceeded
            JobTimeoutException
            FunctionTimedOut
            gevent.timeout.Timeout
        """,
        "invalid_response/schema": """
            APIResponseValidationError
        """,
        "invalid_response/malformed": """
            JSONDecodeError
            JSONParseError
            AI_JSONParseError
            InvalidJSONError
            ContentTypeError
            ContentDecodingError
        """,
        "invalid_response/empty": """
            AI_NoOutputGeneratedError
            NoOutputGeneratedError
            EmptyResponseError
        """,
    },
    broad={
        "connection_error": """
            ConnectError
            CloseError
            NetworkError
            ClientConnectorError
            ClientConnectionError
            EndpointConnectionError
            ConnectionClosedException
            NewConnectionError
            ServerConnectionError
            RemoteProtocolError
            LocalProtocolError
            ENETUNREACH
            EHOSTUNREACH
            ENETDOWN
            ERR_INTERNET_DISCONNECTED
            ERR_NETWORK_CHANGED
            ERR_ADDRESS_UNREACHABLE
            ERR_NETWORK
        """,
        "timeout/app_deadline": """
            asyncio.TimeoutError
            asyncio.exceptions.TimeoutError
        """,
        "connection_error/reset": """
            ReadError
            WriteError
        """,
        "timeout/client_read": """
            ETIMEDOUT
            TimeoutException
            APITimeoutError
            TimeoutError
            APIConnectionTimeoutError
            ConnectionTimeout
        """,
        "invalid_response/schema": """
            ResponseValidationError
            OutputParserException
            AI_TypeValidationError
            TypeValidationError
            AI_NoObjectGeneratedError
            NoObjectGeneratedError
            InstructorRetryException
        """,
        "invalid_request/other": """
            UnicodeEncodeError
        """,
        "invalid_response/malformed": """
            ERR_CONTENT_DECODING_FAILED
        """,
    },
)
