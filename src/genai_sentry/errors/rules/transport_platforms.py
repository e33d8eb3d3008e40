"""What the network's errors are called by the JVM, .NET, Go, curl, browsers, mobile systems, Ruby, PHP and Elixir."""

from genai_sentry.errors.rules.model import Family

TRANSPORT_PLATFORMS = Family(
    name="transport",
    codes={
        "connection_error/reset": """
            NoHttpResponseException
            StreamResetException
            StreamReset
            ConnectionTerminated
        """,
        "connection_error/dns": """
            NXDOMAIN
        """,
        "timeout/client_connect": """
            OpenTimeout
            ConnectTimeoutException
        """,
        "timeout/client_read": """
            ReadTimeoutException
        """,
        "cancelled": """
            CancellationException
        """,
    },
    broad={
        "connection_error/incomplete_body": """
            stream_read_error
        """,
    },
    phrases={
        "timeout/client_connect": """
            failed to connect to … timed out
            could not connect to … timed out
            failed to connect to … timeout was reached
            resolving timed out
            connect timed out
            errno 60
            execution expired
        """,
        "timeout/client_pool": """
            pending for more than the configured timeout
            pending acquire queue
            waiting for connection from pool
            timeout waiting for connection
        """,
        "timeout/client_read": """
            error sending request … timed out
            operation timed out
            transporterror timeout
            nsurlerrordomain … 1001
            request timed out … nsurlerrordomain
            idle timeout reached
        """,
        "connection_error/dns": """
            lookup … i/o timeout
            specified hostname could not be found
            failed host lookup
            unable to resolve host
            nxdomain
            nsurlerrordomain … 1003
        """,
        "connection_error/proxy": """
            proxyconnect … refused
            proxyconnect … timeout
            proxyconnect … no such host
            proxy tunnel
            connect tunnel failed
            tunneling socket could not be established
            using socks proxy
            could not resolve proxy
            couldn't resolve proxy
        """,
        "connection_error/refused": """
            failed to connect to … could not connect to server
            failed to connect to … couldn't connect to server
            nsurlerrordomain … 1004
        """,
        "connection_error/tls": """
            nsurlerrordomain … 1200
            certification path
            pkix path
        """,
        "connection_error/reset": """
            server closed idle connection
            was not closed cleanly
            network connection was lost
            unexpected end of stream on
            end of file reached
            socket closed
            stream was reset
            software caused connection abort
            closed network connection
            stream error … received from peer
            connection terminated
            connection was terminated
            nsurlerrordomain … 1005
        """,
        "connection_error/incomplete_body": """
            not found: limit=0
            transfer closed with
            stream ended before … unexpected eof
            protocolexception: unexpected end of stream
            outstanding read data
            hyper … incompletemessage
        """,
        "connection_error/other": """
            failed to open stream: http request failed
            couldn't connect to
            can't connect to
            resource temporarily unavailable
            malformed http response
            parse error: expected http
            hpe_invalid
            invalid http version parsed
            invalid http header parsed
            hyper … error parse
            channelclosed
            http2 framing
            typeerror: load failed
            cors policy
            blocked by cors
            access-control-allow-origin
            appears to be offline
            cleartext communication
            cleartext http
            nsurlerrordomain … 1009
        """,
        "invalid_request/invalid_parameter": """
            unsupported protocol scheme
            no host in request url
            no scheme supplied
        """,
        "server_error/overloaded": """
            upstream connect error … overflow
            due to system capacity
        """,
        "authentication/missing_key": """
            header value b'bearer
        """,
    },
)
