"""Wordings in English about answers that can not be used, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_ANSWER = Family(
    name="english",
    phrases={
        "invalid_response/truncated": """
            model output limit was reached
            output limit was reached
            could not finish the message
            cut off
            max_tokens was reached
            max tokens was reached
            completion tokens reached before
            length limit was reached
            max_tokens length limit
            output token limit
            reached the maximum output
            stream ended before
            ended unexpectedly
            terminated prematurely
            output is incomplete
            could not parse response content as the length limit was reached
            output … truncated
            response was truncated
            unterminated string
            eof while parsing
            invalid json: eof while parsing
            closed before a finish_reason
            stream ended without
            ended without a finish
            unexpected end of stream
            without a finish reason
            finish reason … max_tokens
            finish_reason … max_tokens
            finish reason … length
            finish_reason … length
            finish reason … max output tokens
            reached max_tokens
            max_output_tokens … reached
            maximum output tokens … reached
            stopped due to max tokens
            response ended prematurely … json
            unexpected end of json input at
            incomplete response
            length reason
            hit the length limit
            reached the length limit
            hit the output limit
        """,
        "invalid_response/malformed": """
            no object generated: could not parse
            no valid json
            valid json found
            no json found
            no json object
            arguments could not be parsed
            tool call arguments
            function arguments are not
            arguments are not valid json
            failed to decode response
            could not decode response
            unable to get json response
            malformed tool call
            unknown server event
            unknown event type
            malformed json
            invalid response from
            expected json
            returned html
            unparseable
            could not decode
            invalid tool call
            non-json response
            not a json response
            non json
            invalid json in response
            invalid chunk
            missing finish reason
            failed to parse structured output
            failed to parse json
            validation failed: json decode error
            failed to parse … as json
            invalid json output
            could not parse response
            failed to parse response
            error parsing response
            unable to parse response
            malformed response
            malformed_function_call
            failed to parse llm response
            failed to parse model response
            failed to parse the model response
            failed to parse the response from
            decoding response body … expected value
            decoding response body … at line
            malformed_tool_use
            malformed_model_output
            malformed tool use
            malformed model output
            expected … text/event-stream
            is not text/event-stream
            content-type to be text/event-stream
            produced invalid sequence
            malformed function call
            expected … object but got
            invalid json response
            http code 200 from api
            cannot unmarshal … response
            cannot unmarshal … choices
            unmarshalling stream response
            unmarshal response
            unexpected response format
            json was expected
            html where
            html instead of
            instead of json
            answer as json
            response as json
            output as json
            unexpected event order
            without a current message
            before message_start
            emitted as content
            unexpected … in response
            jsondeserialize
            no json … found in … response
            no json structure
        """,
        "invalid_response/empty": """
            no response received
            no response body
            empty response body
            no audio frames were
            empty body
            no output generated
            no text generated
            no output from
            empty output
            blank response
            returned no choices
            without choices
            no text in response
            openrouterexception choices
            openaiexception choices
            empty response
            ended with empty response
            no content or tool calls in response
            response … no content
            no content in response
            no choices
            empty completion
            response is empty
            returned no content
            returned empty
            empty message content
            no response from model
            without any content
            no candidates
            no message in response
            received empty
            model output must contain either output text or tool calls
            no generations found
            did not provide any
            did not return any
            empty or unparsable
            none or empty
            null or empty
            returned nothing
            empty or malformed
            empty or malformed response
            empty or invalid response
            no response from provider
            no response from the provider
            no response from the ai
            no response from llm
            at least one choice
            empty stream
            empty message
            no text in
            without sending any chunks
            without any chunks
            contained no tokens
            no tokens were
            produced no tokens
        """,
        "invalid_response/schema": """
            missing action after thought
            missing action: after thought
            missing exact … pipe
            decoding response body … missing field
            decoding response body … invalid type
            validation errors for
            validation error for
            maximum retries … validation
            result validation
            output validation
            does not match schema
            does not conform
            schema validation failed
            failed schema validation
            failed validation
            no object generated
            did not match schema
            type validation failed
            failed to call a function
            no tool calls found in
            expected dict_keys
            deserialize … missing field
            deserialise … missing field
            failed to generate json
            failed to validate json
            does not match the expected schema
            tool use failed
            output does not match
            failed to parse tool call
            tool call validation failed
            attempted to call tool
            arguments … not valid json
            failed to parse … from completion
            could not parse llm output
            output parser
            expected at least one tool call
            not match the schema
            failed to parse tool input
            failed to receive tool input
            failed to deserialize tool input
            failed to decode tool input
            argument after must be a mapping
            argument after must be an iterable
            schema echo
            schema instead of
        """,
    },
    words={
        "invalid_response/malformed": """
            unexpected response from
        """,
    },
    wrappers={
        "invalid_response/malformed": """
            unexpected end of json input
            expecting value: line
            expecting property name
            expecting ',' delimiter
            unexpected token
            invalid character … looking for beginning of value
            is not valid json
            extra data: line
            jsondecodeerror
            failed to deserialize api response
            expected ident at line
            expected value at line 1 column
            expected property name
            unexpected character
            syntaxerror
            keyerror
        """,
        "invalid_response/empty": """
            cannot read properties of
            can't access property
            reading 'choices'
            reading 'message'
            reading 'content'
            keyerror: 'choices'
            keyerror 'content'
            no attribute 'content'
            no attribute 'message'
            nonetype object has no attribute
            nonetype object is not iterable
            list index out of range
            has no attribute choices
            nonetype object is not subscriptable
            class nonetype
        """,
    },
)
