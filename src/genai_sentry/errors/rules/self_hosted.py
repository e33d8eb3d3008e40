"""Servers that people run themselves: vLLM, SGLang, TGI, Ollama, llama.cpp, LM Studio, LocalAI."""

from genai_sentry.errors.rules.model import Family

SELF_HOSTED = Family(
    name="self_hosted",
    providers=("vllm", "sglang", "ollama", "llama.cpp", "llama_cpp", "lmstudio", "lm_studio", "localai", "tgi"),
    signs=("vllm", "sglang", "ollama", "llama_", "lm studio"),
    codes={
        "context_length/input_too_long": """
            exceed_context_size_error
            INPUT_LENGTH_ERROR
        """,
        "server_error/internal": """
            EngineDeadError
            EngineGenerateError
            AsyncEngineDeadError
        """,
        "invalid_request/unsupported_parameter": """
            not_supported_error
        """,
    },
    phrases={
        "context_length/input_too_long": """
            context shift is disabled
            max_tokens must be at least 1, got
            inputs must have less than … tokens
            exceed session max length
            exceeded max context length
            the request exceeds the available context size
            is longer than the maximum model length
            longer than the model's context length
            input length … exceeds the maximum context
            input length exceeds the context length
            exceeds the model's maximum context length
            requested token count exceeds the model's maximum context length
            greater than the context length
            trying to keep the first … tokens when context the overflows
            not enough context length
            prompt … longer than the context
            model max length exceeded
            cannot truncate prompt
            n_keep … n_ctx
            prompt too large for
            exceeds model context window
        """,
        "context_length/max_tokens_too_large": """
            cannot be greater than max_model_len
            max_tokens or max_completion_tokens is too large
        """,
        "model_unavailable/loading": """
            is not launched
            not launched yet
            no loaded version
            loading model
            model is loading
            server loading model
            model unloaded
            model was unloaded
            model reloaded
            no model is loaded
            no model loaded
        """,
        "model_unavailable/not_found": """
            try pulling it first
            model … not found, try pulling
            file does not exist
            model not loaded
            no models loaded
            model not installed
            failed to load model … not found
            could not load model … not found
            could not load model … no such file
            adapter … does not exist
            lora … not found
            adapter … not found
        """,
        "invalid_request/unsupported_parameter": """
            does not support tools
            does not support chat
            does not support generate
            does not support thinking
            does not support insert
            does not support embeddings
            tools param requires --jinja flag
            requires --jinja
            --enable-auto-tool-choice
            with --tool-call-parser
            this server does not support
            server does not support embeddings
            mmproj
        """,
        "invalid_request/invalid_message_order": """
            system messages are not
            system message is not allowed
            after the optional system message, conversation roles must alternate
            conversation roles must alternate
            last message of … must be
            incorrect role information
            role must be user
            messages length must be odd
            duplicate tool_call id
            tool_use ids must be unique
            only user, assistant and tool roles are supported
            no user query found in messages
            cannot have 2 or more assistant messages
        """,
        "server_error/internal": """
            failed to allocate
            could not allocate
            failed to sample token
            failed to sample
            panicked at
            remote server … closed
            slot … failed to decode
            executable file not found
            post predict … refused
            protocol predict
            cache blocks
            cudaerror
            failed to create instance
            error when creating
            broadcast input array
            must have shape
            shape mismatch
            size mismatch
            size of tensor
            shapes cannot be multiplied
            same device, but found
            expected scalar type
            illegal memory access
            unspecified launch failure
            device-side assert
            ggml_assert
            nccl
            fatal python error
            bus error
            segmentation fault
            core dumped
            sigsegv
            sigkill
            sigabrt
            is already dead
            terminating server process
            multimodal tokens to
            probability tensor contains
            index out of bounds
            kernel launch
            worker died
            engine loop
            invalid input batch
            no space left
            error was encountered while running the model
            do load request
            post predict
            health resp
            llama runner process has terminated
            llama runner process no longer running
            model runner has unexpectedly stopped
            model requires more system memory
            requires more system memory
            unable to load model
            unable to load full model
            unable to allocate
            error loading model
            could not load model
            could not load … model
            cudamalloc failed
            enginecore encountered an issue
            background loop has errored
            engine is dead
            engine process died
            compute error
            failed to decode the batch
            unexpected server status
            runner … terminated
            enginedeaderror
            failed to load model
            failed to load the model
            failed to launch model
            failed to launch the model
            failed to start model
            failed to initialize model
            model failed to load
            empty grammar stack
            attempting to allocate
            error while loading shared libraries
            stream synchronize failed
            error in forward function
            insufficient memory
            memory allocation
            llama_decode
            failed to initialize batch
            input tensor … not found
            triton error [cuda]
            device kernel image is invalid
            error when running inference
            either the server is overloaded or there is an error
            inference server exited
            failed to start … llama runner
            failed to start … runner
            ^name … is not defined
            nameerror: name … is not defined
            failed to create llm
        """,
        "timeout/upstream": """
            timeout error occurred
        """,
        "server_error/unavailable": """
            cluster is not available
            service not ready
            server not ready
        """,
        "server_error/overloaded": """
            maximum pending requests exceeded
            server busy, please try again
            no slot available
            no available slot
            slot unavailable
            cache pool is full
            request queue is full
            queue is full
            maximum queue size
            model too busy
            servers are down or overloaded
            memory pressure
        """,
        "rate_limit/concurrency": """
            too many pending requests
        """,
        "authentication/malformed": """
            header format must be
        """,
        "invalid_response/empty": """
            no generation output
        """,
        "invalid_response/malformed": """
            failed to parse tool call arguments
            error parsing tool call
            failed to parse input at pos
            returned unrecognized message
            returned unrecognized response
            returned an unrecognized
        """,
        "invalid_request/invalid_media": """
            content part type
            required for image input
            image length and width
            content part type … image
            content part type … audio
            content part type … video
            cannot identify image
            image tokens to
            image format is illegal
            provided url does not appear to be valid
        """,
        "rate_limit": """
            reached your session usage limit
            reached your weekly usage limit
            reached your hourly usage limit
            reached your usage limit
        """,
        "invalid_request/invalid_schema": """
            invalid grammar
            grammar is invalid
            grammar … is not valid
            failed to initialize samplers
            triggers … grammar
            failed to parse grammar
            error parsing grammar
            compile_grammar
            function name is invalid
            json schema conversion failed
        """,
        "invalid_request/invalid_parameter": """
            loc body
            choose a model
            pick a model
            select a model
            no model selected
            no … model selected
            no model configured
            no … model configured
            no model specified
            no model provided
            model is not selected
            model not selected
            failed to parse messages
            chat template
            prompt template
            jinja
            template … error
            not a multimodal model
            expected … inputs but got … inputs for model
        """,
        "invalid_request/other": """
            is not for chat
            is not for generate
            not for embedding
            not an embedding model
            not a chat model
            not a rerank model
            json.exception.parse_error
        """,
        "connection_error/reset": """
            max retries exceeded: eof
        """,
        "authentication/missing_key": """
            need to be signed in
            need to be logged in
            must be signed in
            must be logged in
            not signed in
            not currently signed in
            carry the api secret key
            cookie is missing
        """,
        "invalid_request/not_found": """
            unexpected endpoint
        """,
    },
    broad={
        "server_error/unavailable": """
            unavailable_error
        """,
    },
    words={
        "server_error/internal": """
            ggml_
            inference failed
            oom
            kv cache pool
            channel error
            panic
            failed to spawn
        """,
        "model_unavailable/loading": """
            is launching
            is starting up
            is warming up
        """,
    },
)

FASTCHAT = Family(
    name="fastchat",
    providers=("fastchat", "lmsys"),
    signs=("fastchat", "high traffic. please regenerate"),
    own_codes={
        "invalid_request/invalid_parameter": "40001\n40302",
        "authentication/invalid_key": "40101\n40102",
        "permission_denied/other": "40103",
        "model_unavailable/not_found": "40301",
        "context_length/input_too_long": "40303",
        "rate_limit": "42901",
        "quota_exceeded/insufficient_quota": "42902",
        "server_error/overloaded": "42903",
        "server_error/internal": "50001\n50002",
        "model_unavailable/no_provider": "50005",
        "timeout/upstream": "50006",
    },
)
