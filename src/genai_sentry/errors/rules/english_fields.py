"""Wordings in English about the fields of a request that do not go together, or do not look as they must."""

from genai_sentry.errors.rules.model import Family

ENGLISH_FIELDS = Family(
    name="english",
    phrases={
        "invalid_request/invalid_schema": """
            requires additionalproperties
            strict mode requires
        """,
        "invalid_request/payload_too_large": """
            limit on max bytes
            max bytes per
        """,
        "invalid_request/not_found": """
            voice with … not exist
            voice with … not found
            voice not found
            voice_id_does_not_exist
            voice_not_found
            voice id … does not exist
            url error, please check url
        """,
        "invalid_request/other": """
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
        """,
        "invalid_request/invalid_parameter": """
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
            cannot be used together
            mutually exclusive
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
        """,
        "invalid_request/unsupported_parameter": """
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
        "invalid_request/invalid_media": """
            no speech detected
            no speech was detected
            must include base64
            not appear to be in valid
            formatted as a valid
            could not decode … audio
            could not decode … image
            could not decode … video
            could not decode … file
            failed to decode … audio
            failed to decode … image
            failed to decode … video
            failed to decode … file
            not appear to contain audio
            not appear to contain video
            not appear to be an image
            transcoding failed
            file might be corrupted
            corrupted or unsupported
            does not support the format
            format you provided
        """,
        "invalid_request/invalid_message_order": """
            blocks can only be in
            tool_use ids must be
            duplicate tool_call
            duplicate tool call
            incorrect role
            role must be user
            non-empty final user turn
            elements with the role of user
            start with role user
            invalid first message
            message in the final position
            cannot be provided in the same turn
            exactly one message
            exactly one system
            only one system message
            multiple system messages
            more than one system message
            can't be provided in the same turn
            prompt must start with … turn
            prompt must end with … turn
        """,
    },
    wrappers={
        "invalid_request/unsupported_parameter": """
            does not support
            doesn't support
            do not support
        """,
    },
)
