"""The words of sockets, proxies and clients: wordings of operating systems, Python, Node, Go, Java, .NET and curl."""

from genai_sentry.errors.rules.model import Family

TRANSPORT_WORDS = Family(
    name="transport",
    phrases={
        "timeout/client_connect": """
            tls handshake timeout
            i/o timeout
            handshake timed out
            handshake operation timed out
            connect etimedout
            connection timed out
            connect timeout
            connection to … timed out. (connect timeout
            timed out while connecting
            connection timeout to host
            没有正确答复
            connected party did not properly respond
            connected host has failed to respond
            errno 110
            errno 10060
            winerror 10060
            winerror 121
            os error 110
            os error 10060
            semaphore timeout
            信号灯超时
            socket connection timeout
        """,
        "timeout/client_pool": """
            pooltimeout
            connection pool … timed out
            pool timeout
            connection from the pool
        """,
        "timeout/client_read": """
            read tcp … i/o timeout
            read udp … i/o timeout
            aborted due to timeout
            aborted due to a timeout
            signal timed out
            abort timeout
            request was canceled due to the configured httpclient.timeout
            connection timed out after … seconds
            connection timed out. timeout passed
            read timed out
            read timeout
            read operation timed out
            write operation timed out
            httpclient.timeout
            client.timeout exceeded while awaiting headers
            client.timeout or context cancellation
            timeout awaiting response headers
            no data received within
            socket hang up … timeout
            timeout on blocking read
            context deadline exceeded
            context deadline reached
            i/o error on … timeout
            i/o error on … timed out
            interruptedioexception: timeout
            timeout on read
            stream idle timeout
            no chunk received
            timeout of … ms exceeded
            timeout of … exceeded
            exceeded the configured timeout
            within the allowed timeout
            within the timeout
            timeout expired
            timeout elapsed
        """,
        "timeout/gateway": """
            504 gateway
            stream timeout
            upstream request timeout
            endpoint request timed out
            a timeout occurred
            function invocation timeout
            upstream_response_timeout
            the request timed out
            request timed out at
            your request timed out
            server didn't respond in time
            upstream timed out
        """,
        "timeout/upstream": """
            did not respond in time
            failed to respond in time
            deadline expired before operation could complete
            deadline_exceeded
            deadline exceeded
            model timed out
            model request timed out
            timed out … generating
            inference timed out
            upstream timeout
            provider timed out
            the operation timed out on the server
            request timed out, please try again later
            server_error … timed out
            timed out waiting for
            timed out while waiting
        """,
        "connection_error/dns": """
            server misbehaving
            name or service not known
            temporary failure in name resolution
            nodename nor servname provided
            getaddrinfo failed
            getaddrinfo enotfound
            getaddrinfo eai_again
            no such host
            no address associated with hostname
            failed to resolve … errno
            failed to resolve … not known
            failed to resolve … nodename
            failed to resolve … host
            could not resolve host
            dns resolution failed
            dns error
            failed to lookup address
            name resolution
            host is unknown
            name does not resolve
            name_not_resolved
            errno 11001
            errno 11002
            winerror 11001
            os error 11001
        """,
        "connection_error/refused": """
            connection refused
            actively refused
            econnrefused
            all connection attempts failed
            由于目标计算机积极拒绝
            errno 111
            errno 10061
            winerror 10061
            winerror 1225
            os error 111
            os error 10061
            ollama may not be running
            make sure ollama is running
            is the server running
            nothing listens
            nothing is listening
        """,
        "connection_error/tls": """
            doesn't match either of
            certificate is not valid for
            certificate verify failed
            certificate_verify_failed
            self signed certificate
            unable to get local issuer certificate
            unable to verify the first certificate
            certificate has expired
            certificate is not trusted
            certificate signed by unknown authority
            hostname mismatch
            tls handshake
            ssl handshake
            wrong version number
            eof occurred in violation of protocol
            unexpected_eof_while_reading
            sslv3 alert
            tlsv1 alert
            ssl error
            ssl_error
            _ssl.c
            ssl: wrong
            ssl: cert
            ssl: sslv3
            ssl: tlsv1
            ssl: unexpected
            ssl: bad
            ssl: record
            ssl: unknown
            ssl: no
            ssl routines
            ssl connection
            ssl certificate
            ssl exception
            remote error: tls
            client network socket disconnected before secure tls
            invalid peer certificate
            server gave http response to https client
        """,
        "connection_error/reset": """
            closed … code 1006
            closed … code 1000
            closed … code 1001
            then received 1000
            then sent 1000
            received 1006
            prematurely closed
            no close frame
            stream closed
            stream was closed
            prematurely closed before
            connection reset
            connection aborted
            connection was forcibly closed
            forcibly closed by the remote host
            remote end closed connection without response
            broken pipe
            server disconnected
            socket hang up
            other side closed
            econnreset
            server closed the connection
            connection was closed
            connection closed
            closed connection unexpectedly
            connection error caused failure
            connection lost
            econnaborted
            stream reset
            received unexpected eof
            transport endpoint is not connected
            goaway
            peer hung up
            hung up
            received no bytes
            empty reply from server
            unexpected end of file from server
            errno 104
            errno 10053
            errno 10054
            winerror 10053
            winerror 10054
            winerror 64
            os error 104
            os error 10053
            os error 10054
        """,
        "connection_error/proxy": """
            scheme for proxy
            proxy url
            cannot connect to proxy
            unable to connect to proxy
            tunnel connection failed
            proxy authentication required
            proxyconnect
            407 proxy
            proxy error
            proxy connect
            proxy settings
        """,
        "connection_error/incomplete_body": """
            connection … mid-stream
            connection … mid-response
            connection … mid-answer
            connection … mid-reply
            not enough data … satisfy
            closed mid-
            disconnected mid-
            dropped mid-
            interrupted mid-
            lost mid-
            broke off mid-
            response … may be incomplete
            peer closed connection without sending complete message body
            incomplete chunked read
            incompleteread
            response ended prematurely
            response payload is not completed
            transferencodingerror
            contentlengtherror
            premature close
            prematurely closed during
            end of tcp stream
            connection broken
            unexpected eof
            error reading a body from connection
            received … bytes … expected
            stream closed before
            error in input stream
            incomplete message
        """,
        "connection_error/other": """
            error sending request for url
            failed to connect to
            failed to connect to all addresses
            network is unreachable
            no route to host
            could not connect to
            unable to connect
            errno 113
            errno 101
            errno 10051
            errno 10065
            winerror 10051
            winerror 10065
            os error 101
            os error 113
            os error 10051
            os error 10065
            could not connect
            stream error … internal_error
            error terminated
            server unreachable
            connection attempt failed
            too many open files
            error fetching from … load failed
            typeerror: load failed
        """,
        "invalid_response/malformed": """
            error while extracting response
            could not extract response
            failed to process successful response
        """,
        "cancelled": """
            request aborted
            cancellederror
            cancelled by caller
            abortederror
        """,
    },
    words={
        "connection_error/incomplete_body": """
            ^terminated
        """,
        "connection_error/dns": """
            failed to resolve
        """,
        "connection_error/tls": """
            ssl
        """,
        "invalid_request/other": """
            unprocessable entity
            unprocessable content
        """,
    },
    wrappers={
        "connection_error/other": """
            request to failed reason
            request to … failed reason
            network error
            fetch failed
            failed to fetch
            connect error
            network connection
            max retries exceeded with url
            httpconnectionpool(host
            httpsconnectionpool(host
            failed to communicate with
            error communicating with
            connection error
            failed to establish a new connection
            cannot connect to host
            bad handshake
            i/o error on
        """,
        "connection_error/refused": """
            connect call failed
        """,
        "connection_error/reset": """
            post eof
            get eof
        """,
        "connection_error/incomplete_body": """
            error decoding response body
            stream disconnected before completion
        """,
        "timeout/client_read": """
            request timed out
        """,
        "timeout/gateway": """
            gateway timeout
            gateway time out
        """,
        "connection_error/tls": """
            certificate
        """,
    },
)
