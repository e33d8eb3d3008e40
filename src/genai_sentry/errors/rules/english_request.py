"""Wordings in English about the request itself and its parameters, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_REQUEST = Family(
    name="english",
    phrases={
        "invalid_request/unsupported_parameter": """
            parameter … no longer supported
            parameter … deprecated
            parameter … has been removed
            argument … no longer supported
            additional properties are not allowed
            extraneous key
            unrecognized key
            unexpected field
            not supported on this model
            argument not supported
            not supported by this model
            not supported by the model
            doesn't support tool
            doesn't support the
            does not support tool
            doesn't support function
            does not support this
            does not support the
            unsupported parameter
            unknown parameter
            unrecognized request argument
            extra inputs are not permitted
            extra fields not permitted
            is not supported with this model
            not supported with this model
            does not support function calling
            does not support reasoning
            does not support streaming
            does not support system
            does not support parameters
            unsupported value
            response mime type
            unknown name
            no such parameter
            unrecognized argument
            unexpected keyword argument
            tool choice requires
            unsupported tool
            tool use is not supported
            no endpoints found that support
            unsupportedparamserror
            does not support setting
            unrecognized field
            unknown field
            parameter … is not supported
            not supported for this model
            cannot both be specified
            are not supported by this model
            property … is unsupported
            not supported in this model
            instruction is not enabled
            supported only when
            can not be used with … request setting
            launch the … if you want to use
            raw mode does not support
            not support parameter
            not support the parameter
            not a valid input option
            is not a valid option
            is not a valid parameter
            is not a valid argument
            is not a known parameter
            unexpected input
        """,
        "invalid_request/not_found": """
            items are not persisted
            item with id
            response with id
            no thread found
            no assistant found
            no such file
            no such file object
            previous response … not found
            invalid url
            unknown request url
            unrecognized request url
            cannot post /
            cannot get /
            404 page not found
            no route matches
            no route for
            route not found
            page not found
            endpoint not found
            path not found
            cached content not found
            cachedcontent not found
            vector store … not found
            resource you are requesting could not be found
            voice with … not exist
            voice with … not found
            voice not found
            voice_id_does_not_exist
            voice_not_found
            voice id … does not exist
            url error, please check url
            result not found
            knowledge base … does not exist
            knowledge base … not found
            guardrail … does not exist
            agent … does not exist
            subscription id
        """,
        "invalid_request/invalid_parameter": """
            parameter is illegal
            parameter was not received
            parameter not received
            is illegal
            illegal param
            illegal argument
            wrong parameter
            bad parameter
            parameter error
            param error
            cannot be set simultaneously
            mutually exclusive
            cannot be used with
            cannot be used together
            may only be set
            only be specified
            is not allowed with
            must be one of
            must be set to
            should be set to
            cannot be null
            must not be null
            is not defined
            out of bounds
            too small
            too large for
            exceeds maximum allowed
            maximum allowed
            parameters … not valid
            one or more parameters
            must be greater than or equal to
            should be greater than or equal to
            must be less than or equal to
            should be less than or equal to
            must be a positive integer
            must be greater than
            must be less than
            expected a string
            expected an object
            expected an array
            got null
            maximum number of items
            expected maximum length
            string too long
            array too long
            value is not a valid
            field required
            input is empty
            prompt is empty
            messages is empty
            field … is required
            missing required parameter
            missing a required parameter
            invalid value
            invalid type for
            you must provide a model parameter
            max_tokens is too large
            max_tokens … maximum allowed number of output tokens
            supports at most … completion tokens
            text content blocks must be non-empty
            must have non-empty content
            cannot be empty
            must not be empty
            must be non-empty
            should not be empty
            empty text parameter
            streaming is strongly recommended
            streaming is required for
            only support stream mode
            only supports stream
            only supports … set to
            only support … set to
            is out of range
            input should be
            temperature … top_p
            is a required property
            supported values are
            supported range
            not one of
            is not a valid enum
            must contain the word json
            batch size is invalid
            is less than the minimum
            encrypted content … could not be verified
            must specify a region
            range is
            only absolute urls
            a valid uri
            a valid url
            expected one of
            maximum length … bytes
            minimum allowed
            invalid tool call in messages
            please enable … to use
            invalid input type
            missing mandatory header
            missing mandatory headers
            missing required header
            missing required headers
            content could not be decrypted
            encrypted content cannot be
            encrypted content is
            unsupported data type
            requested tool does not exist
            tool does not exist
            special token … not allowed
            disallowed special token
            must not exceed … characters
            may not exceed … characters
            cannot exceed … characters
            cannot use both
            can't use both
            cannot set both
            cannot specify both
            choose one or none
            should match pattern
            invalid format: expected
            unknown variant
            typeerror: invalid url
            failed to parse url
            are illegal
            model id is required
            unexpected value(s)
            unexpected value for
            proto field is not repeating
            must be in list
            is too short
            unexpected chat message
            unexpected message content
            neither … nor … specified
            you must specify a
            must specify a valid
        """,
        "invalid_request/other": """
            already has an active
            while a run … is active
            is already in progress
            request body is not valid json
            could not parse the json body of your request
            invalid json body
            json body is not valid
            malformed json in request
            body is not valid json
            failed to parse request body
            invalid request body
            json: cannot unmarshal
            could not be parsed as json
            no active response found
            encrypted content for item
            does not work with the specified
            json that you sent
            json you sent
            not supported in the v1
            only supported in v1
            did you mean to use v1
            accept tool outputs
            conversation is busy
            conversation … already in progress
            session is busy
            session … is busy
            thread is busy
            currently operating on this conversation
            request body is empty
            missing request body
            empty request body
            request body is missing
            not an available endpoint on this model
            connection to private ip is blocked
            ssrf_blocked
            not available on this endpoint
            is not supported by the … api
            is not supported in the … api
            api is not supported for
            not supported by the … endpoint
        """,
    },
    words={
        "invalid_request": """
            not supported
            unsupported
            invalid
            malformed
            not accepted
            must follow
            not accept
        """,
        "invalid_request/invalid_parameter": """
            required
            must be
            expected
            must provide
            must pass
            must have
            has to be
            at most
            at least
            must not
            cannot specify
            can only specify
            a maximum of
            the model expects
        """,
        "invalid_request/unsupported_parameter": """
            is only supported
            are only supported
            is not yet supported
            is not supported
            are not supported
            only supports
        """,
        "invalid_request/not_found": """
            not found
        """,
        "invalid_request/other": """
            issue with your request
            problem with your request
            check your inputs
            check your request
        """,
    },
    wrappers={
        "invalid_request/invalid_parameter": """
            invalid params
            parameter is invalid
            parameter check failed
            invalid argument
        """,
        "invalid_request/unsupported_parameter": """
            does not support
            doesn't support
            do not support
        """,
        "invalid_request/other": """
            upstream request failed: [invalid_request_error]
        """,
    },
)
