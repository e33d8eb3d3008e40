"""Wordings in English about the request itself, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_REQUEST = Family(
    name="english",
    phrases={
        "invalid_request/invalid_schema": """
            invalid schema for function
            invalid schema for response_format
            additionalproperties is required
            invalid input schema
            input_schema does not support
            unknown name … function_declarations
            function_declarations
            schema … is not supported
            json schema … invalid
            invalid json schema
            schema is too complex
            not a valid schema
            invalid tool schema
            failed to compile … grammar
            grammar error
            response_schema
            tool … input_schema
            unsupported schema
        """,
        "invalid_request/invalid_message_order": """
            invalid signature in thinking block
            signature in thinking
            must be a response to a preceeding message
            must be a response to a preceding message
            tool_use ids were found without tool_result
            tool_use blocks … tool_result
            tool_result blocks
            unexpected tool_use_id
            roles must alternate
            should alternate with
            must alternate between
            conversation roles must
            first message must use the user role
            last message must be
            expected last role
            final assistant content cannot end
            must end with a user message
            conversation must start with a user message
            toolresult blocks
            tool result blocks
            number of function response parts
            function call turn comes immediately after
            ensure that function response turn
            ensure that function call turn
            no tool call found for function call output
            no tool output found for function call
            tool call id … not found
            tool_call_id … not found
            without its required following item
            without its required
            invalid message role
            unexpected role
            not the same number of function calls and responses
            not allowed to have … assistant message
            system message must be at the beginning
            last message role
            thinking blocks
            expected thinking
            must start with a thinking block
            reasoning_content … must be passed back
            reasoning_content is missing
            missing reasoning_content
            missing a thought_signature
            thought_signature
            tool_calls must be followed
            messages … tool … must follow
            missing reasoning_content
            reasoning_content field in the assistant message
            thought signature is not valid
            message has tool role
            was no previous assistant message
            no previous assistant message with a tool call
            roles are supported
            block in an assistant message
            in the latest assistant message
        """,
        "invalid_request/invalid_media": """
            unsupported image
            could not process image
            image … valid
            unable to process input image
            invalid image
            image exceeds
            image … too large
            image size
            invalid base64
            could not be decoded
            audio file is too short
            audio … too short
            audio … too long
            media file length
            media file … too
            no speech detected
            audio duration
            invalid file format
            unsupported file format
            unsupported file type
            timeout while downloading
            error while downloading
            failed to download
            failed to fetch image
            failed to load image
            cannot fetch content from the provided url
            unable to download
            media_type
            media type
            mimetype parameter
            mimetype parameter … not supported
            mime type
            unsupported mime
            unsupported media
            image dimensions
            image_url is only supported
            unsupported content type image
            does not support image
            pdf … password
            could not process pdf
            document contains … pages
            no such pdf
            audio … could not be
            file format … not supported
            number of images
            at most … image
        """,
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
        """,
        "invalid_request/payload_too_large": """
            request entity too large
            payload too large
            request body too large
            request too large for
            request exceeds the maximum size
            request size exceeds
            file size exceeds
            file size … exceeds
            maximum content size limit
            maximum allowed size
            content size limit
            content length … exceed
            body size limit
            request_too_large
            exceeds the maximum allowed number of bytes
            entity too large
            file is too large
            payload size exceeds
            message larger than max
            request payload size
            message too big
            message too large
            message is too big
            message is too large
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
    },
)
