"""How decoders of JSON say that a text is none, or has not the shape that a program expects, in many languages."""

from genai_sentry.errors.rules.model import Family

DECODERS = Family(
    name="decoders",
    broad={
        "authentication/invalid_key": "MODEL_AUTHENTICATION",
        "rate_limit": "MODEL_RATE_LIMIT",
        "invalid_response/schema": "OUTPUT_PARSING_FAILURE",
        "invalid_request/invalid_message_order": "INVALID_TOOL_RESULTS",
        "invalid_request/invalid_parameter": "INVALID_PROMPT_INPUT\nMESSAGE_COERCION_FAILURE",
    },
    phrases={
        "authentication/missing_key": """
            value error, did not find
            could not find api key
            could not find an api key
            need to provide a … token
            need to provide an api key
        """,
        "invalid_request/other": """
            failed to parse the request body as json
            request body as json
            json body of your request
        """,
        "invalid_response/schema": """
            tool … not found in agent
            function call name
            error in code parsing
            your code snippet is invalid
            output_parsing_failure
            output parsing failure
            responsevalidationerror
            did not call … function
            plain text responses are not
            output parsing error
            exceeded max retries count
            not use a tool in your previous response
            failed to parse the lm response
            did not match expected schema
            did not match the expected schema
        """,
        "invalid_request/invalid_parameter": """
            closed … code 1007
            request validation error
            request validation failed
            has to be greater than
            invalid port
            request url is missing
            has to be less than
            deserialize the json body into
        """,
        "invalid_response/malformed": """
            invalid response body while trying to fetch … parse error
            response body is not valid json
            response could not be decoded
            reply could not be decoded
            answer could not be decoded
            xml syntax error
            output parser failed to parse
            parser failed to parse the output
            response body could not be
        """,
        "content_filter/output": """
            rejected by the content filter
            stop reason … refusal
            stop reason … sensitive
            stop reason … content_filter
            stop reason … safety
            stopped with … sensitive
            stopped with … refusal
            stopped with … content_filter
        """,
        "context_length/input_too_long": """
            was not non-negative
            hit a token limit
        """,
        "invalid_response/truncated": """
            exceeded before any response
            response exceeded … output token maximum
        """,
        "invalid_response/empty": """
            returned no replies
            returned no choices
            returned no response
            returned no output
            invalid response from … none or empty
            without valid content
            empty or null response
            null or empty response
            empty or null answer
            eof while parsing a value at line 1 column 0
        """,
        "invalid_request/invalid_message_order": """
            invalid_tool_results
            invalid_chat_history
            unknown role
            unknown message role
            unexpected message role
            unsupported role
            unsupported message role
            invalid role
            role of message
            role … not recognized
            role … got developer
        """,
        "authentication/expired": """
            expired key
            key expiry time
            secret keys … are expired
            secrets are expired
        """,
        "invalid_request/payload_too_large": """
            closed … code 1009
        """,
        "cancelled": """
            stop reason … abort
        """,
        "timeout/app_deadline": """
            call stale for
            request stale for
            stream stale for
            stream stalled
            stalled … killing
        """,
        "server_error/internal": """
            closed … code 1011
            stop reason error
            server error. stream terminated
        """,
    },
    wrappers={
        "invalid_response/malformed": """
            looking for beginning of
            json decode error
            json decoding
            json at position
            in json at
            in json text
            json at line
            bad control character in
            bad escaped character in
            was expecting (json
            was expecting double-quote
            unrecognized token … was expecting
            after top-level value
            after object key
            after array element
            invalid character … in literal
            invalid character … in string
            is an invalid start of
            is invalid after a value
            trailing characters at line
            key must be a string at line
            json parse error
            json.parse
            malformed json
            isn't in the correct format
            formatexception
            illegal token
            lexical error
            with unexpected mimetype
            unexpected mimetype
            unexpected content type
            unexpected content-type
            unexpected response type
            jsonparseexception
            jsonexception
        """,
        "invalid_response/truncated": """
            unexpected end-of-input
            expected close marker
            premature eof
            incomplete json
            incompletejson
            reached end of data
        """,
        "invalid_response/empty": """
            no content to map due to end-of-input
            the input does not contain any json tokens
            error: 'choices'
        """,
        "invalid_response/schema": """
            not enough values to unpack
            too many values to unpack
            missing field … at line
            invalid type … at line
            invalid value … at line
            unknown variant … at line
            data did not match any variant of
            could not be converted to system
            cannot deserialize value of type
            cannot deserialize instance of
            cannot construct instance of
            unrecognized field … not marked as ignorable
            is not a subtype of type
            expected begin_object but was
            expected begin_array but was
            expected a string but was
            data couldn't be read because
            keynotfound codingkeys
            typemismatch swift
            valuenotfound swift
        """,
    },
)
