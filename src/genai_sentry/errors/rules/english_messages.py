"""Wordings in English about what a request carries, whoever sends them: messages, tools, schemas, media and files."""

from genai_sentry.errors.rules.model import Family

ENGLISH_MESSAGES = Family(
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
            requires additionalproperties
            strict mode requires
            description … function … too long
            function description … too long
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
            reasoning_content field in the assistant message
            thought signature is not valid
            message has tool role
            was no previous assistant message
            no previous assistant message with a tool call
            roles are supported
            block in an assistant message
            in the latest assistant message
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
            missing parameter 'tool_call_id'
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
            to download a file
            download a file from
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
            limit on max bytes
            max bytes per
        """,
    },
)
