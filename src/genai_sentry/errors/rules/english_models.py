"""Wordings in English about models that are not there, or not for this caller, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_MODELS = Family(
    name="english",
    phrases={
        "model_unavailable/not_found": """
            specified model … is unavailable
            specified model … cannot be accessed
            engine … not found
            engine … was not found
            engine does not exist
            given endpoint does not exist
            model is not available
            endpoint … does not exist
            model … does not exist
            model … not found
            model not found
            no such model
            unknown model
            invalid model
            unrecognized model
            not a valid model
            not a valid model id
            is not found for api version
            model … is not recognized
            model … not available
            deployment … does not exist
            deployment … not found
            could not find model
            cannot find model
            no model named
            model identifier is invalid
            provided model identifier
            supported model names are
            is not a supported model
            model is not supported
            model … is not supported
            unsupported model
            unsupported chat model
            unsupported language model
            unsupported embedding model
            model code … not
            requested model is not
            invalid model name
            model name is not valid
            model id is not valid
            issue with the selected model
            failed to resolve model
            is not recognised. valid
            is not recognized. valid
            no price catalog entry
            repo id must
            model engine is not installed
        """,
        "model_unavailable/no_access": """
            requested model is not available for
            model … requires allowlisting
            model … requires allowlist
            model not available on your
            model … is not available on your
            model … not available in your subscription
            not available for this api key
            not available for your api key
            not available for your plan
            not available for your account
            not available for your subscription
            model … not available to you
            model … not work with your current plan
            model … not granted
            model … not available in this region
            model … not available in your region
            model … not available in region
            model … not available in the region
            model … unavailable in your region
            model … not supported in this region
            model … not supported in your region
            not have access to the requested model
            model … not available for your
            not servable in region
            not available in region
            not supported in region
            not offered in region
            not allowed to sample from this model
            not allowed to use this model
            not permitted to use model
            no access to model
            do not have access to this model
            model is not available to
            not available to your
            not authorized to use this model
            upgrade … to use this model
            requires a paid
            promotion has ended
            free period has ended
            does not have access to … model
            does not have access to model
            do not have access to the model
            don't have access to the model
            don't have access to model
            access to model denied
            organization must be verified
            not allowed to access model
            allowed to access this model
            not available on your current plan
            not available on the free
            not available with … plan
            not available on … plan
            not available in … plan
            not included in … plan
            only available on … plan
            only available with … plan
            model … requires … plan
            model … subscription
            no permission to access model
            is not enabled for this
            model … not enabled
            currently only available to
            access to this model
            accept the terms of this model
            gated repo
            model … not authorized
            on-demand throughput
            not eligible for using the model
            requires a subscription
            upgrade for access
            is not supported when using … account
            part of your plan
            included in your plan
            free period … has ended
            key to access this model
            only available to users with
            only available to users who
            not supported model
            not allow the use of this model
            not allow use of this model
            policy does not allow … model
            policy does not allow … models
            requires a newer version
            at least usage tier
            requires usage tier
            access to … models is not allowed
        """,
        "model_unavailable/deprecated": """
            model … has been deprecated
            model … has been retired
            model … no longer available
            model … no longer supported
            model … no longer served
            model … has been removed
            model … has been sunset
            model … has been shut down
            model … discontinued
            model … decommissioned
            model has been disabled
            model is disabled
            model was disabled
            model … deprecated
            is deprecated and
            end of its life
            end-of-life
            was a stealth model
            was retired on
            consider switching to a newer model
        """,
        "model_unavailable/loading": """
            endpoint is initializing
            is initializing
            is starting up
            is cold
            spinning up
            model is currently loading
            currently loading
            endpoint … is not running
            model … is not ready
            model is not ready
            still loading
            model is warming up
            model is starting
            cold start
            is being loaded
            scaled to zero
            endpoint is paused
            model is paused
            model … is paused
        """,
        "model_unavailable/no_provider": """
            no endpoints found
            no available channel
            no available model provider
            no allowed providers
            no providers available
            no provider available
            no available provider
            no deployments available
            no healthy deployments
            no models available
            no available models
            no model available
            no available accounts
            no accounts with
            no accounts supporting
            all providers failed
            not supported by any provider
            no healthy deployment
            no backend
            no provider can
            no matching chute
            unknown provider for model
            provider … not found in registry
            ^provider … not supported
            unsupported provider
            unknown provider
        """,
    },
    words={
        "model_unavailable/no_provider": """
            all llm providers failed
            all models failed
            all fallbacks failed
        """,
        "model_unavailable": """
            model not
        """,
        "model_unavailable/not_found": """
            did you mean
        """,
    },
    wrappers={
        "model_unavailable/deprecated": """
            has been deprecated
            has been decommissioned
            decommissioned
            has been retired
            is retired
            no longer available
            no longer supported
            no longer served
            has been removed
            has been sunset
            has been shut down
            discontinued
            has been discontinued
        """,
    },
)
