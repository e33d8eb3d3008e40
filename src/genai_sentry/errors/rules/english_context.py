"""Wordings in English about how long a request may be, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_CONTEXT = Family(
    name="english",
    phrases={
        "context_length/input_too_long": """
            maximum context limit
            max allowed tokens per
            maximum allowed tokens per
            lower the number of tokens
            reduce the number of tokens
            max input characters
            max input tokens
            maximum input characters
            current length is … while limit is
            max_model_len
            tokens but the limit is
            exceeds context window
            conversation too long
            is too large … tokens
            token limit exceeded … >
            exceeds the model limit
            tokens … exceeds the limit
            too many tokens in
            maximum context
            context overflow
            context size exceeded
            exceeds the token limit
            exceed the token limit
            exceeds maximum token
            exceeds max token
            over the limit of … tokens
            tokens over
            input token limit
            prompt … exceeds … token
            input … exceeds … tokens
            message … too long
            maximum prompt length
            prompt token count
            total length of all messages is too long
            messages is too long
            conversation is too long
            requested … tokens, max … tokens per request
            body too large … max size … tokens
            tokens exceed n_ctx
            exceed n_ctx
            exceeds n_ctx
            maximum context length
            exceeds the context window
            exceed context window
            exceeded the context window
            exceeds the maximum context
            exceeds context length
            exceed context size
            exceeds the available context size
            exceeds the model's context
            exceeds the model's maximum context
            context length exceeded
            context window exceeded
            context window of this model
            longer than the maximum model length
            prompt is too long
            prompt too long
            input is too long
            input too long
            input length … exceeds
            too many input tokens
            input token count … exceeds the maximum
            input tokens exceed
            input tokens … exceeds
            number of input tokens
            prompt contains … tokens … limit
            prompt tokens … exceeds
            must be less than max_seq_len
            exceeds max_seq_len
            range of input length should be
            reduce the length of the messages
            reduce the length of the input
            reduce the length of your prompt
            prompt exceeds max length
            exceeded model token limit
            max size … tokens
            maximum input length
            maximum number of tokens allowed
            decoder prompt (length
            maximum sequence length
            tokens … is too large for model with … maximum context
            please shorten
            text fields that are too large
            context size has been exceeded
            exceeds the maximum number of tokens
            exceeds the limit of … tokens
            longer than … maximum context
            input is longer than
            due to context size
            due to context length
            exceeds maximum allowed tokens
            exceed maximum allowed tokens
            not enough tokens to keep
            prompt is longer than
            too large to process
            tokens … more than max tokens
            but the configured context size
            prompt has … tokens
            exceeds engine max_context
            request has too many tokens
            prompt has too many tokens
            input has too many tokens
            exceed max message tokens
            input token limit is
            exceeds maximum allowed token
            context limit reached
            context limit exceeded
            reached the context limit
            reached its context limit
            context window is full
            context window full
            context is full
            model_context_window_exceeded
            llama_tokenize … too many tokens
            tokenizer … too many tokens
        """,
        "context_length/max_tokens_too_large": """
            max_tokens exceed context limit
            max_tokens would exceed
            max_tokens exceeds the
            maximum tokens you requested exceeds
            max_tokens is too large … context
            in the messages … in the completion
            for the completion
            max_completion_tokens is too large … maximum context
            tokens … max_tokens … context
            output tokens … maximum context
            must be less than the context
            less than the context length
        """,
    },
    words={
        "context_length/input_too_long": """
            context window
            context length
        """,
    },
)
