"""Wordings in English about content that is refused, whoever sends them."""

from genai_sentry.errors.rules.model import Family

ENGLISH_CONTENT = Family(
    name="english",
    phrases={
        "content_filter/output": """
            blocked a proper response
            due to the completion triggering
            completion triggering … content
            output blocked by content filtering
            could not be completed because … content filter
            completion was stopped … content filter
            response was blocked
            output violates … policy
            response violates … policy
            output data may contain inappropriate content
            output … blocked
            finish_reason: safety
            finish_reason: content_filter
            finish reason: content_filter
            finish_reason content_filter
            finish_reason=content_filter
            response blocked by
            output blocked by
            filtered by safety
            candidate was blocked due to safety
            generated content … blocked
            content filter … triggered
            rejected by content moderation
            rejected by moderation
            filtered out because
        """,
        "content_filter/prompt": """
            could not generate … based on the prompt provided
            raimediafilteredreasons
            raimediafilteredcount
            sensitive check
            violates our usage policies
            violating our usage policy
            content management policy
            violate our usage policy
            content violates usage guidelines
            violate our usage guidelines
            violate our content policy
            flagged as potentially violating
            flagged for possible
            input was flagged
            prompt was flagged
            was flagged by
            flagged by moderation
            limited access to this content for safety
            rejected as a result of our safety system
            triggered our content
            prompt was blocked
            blocked due to safety
            blocked by … safety
            blocked by content filter
            inappropriate content
            considered high risk
            responsibleaipolicyviolation
            content policy violation
            contentpolicyviolation
            request was blocked by … content
            sensitive content
            response was filtered
            content was blocked
            content blocked by
            prompt blocked by
            message blocked by
            unsafe or sensitive
            moderation … flagged
            violates … policy
            safety_check_type
            make sure your request is sfw
            blocked by guardrail
            guardrail … blocked
            guardrail intervened
            unsafe request
            violations of the usage guidelines
            security_violation
            suspicious activity related to
            may contain sensitive
            input is sensitive
            prompt is sensitive
            text is sensitive
        """,
        "content_filter/image": """
            not allowed by our safety system
            nsfw
            rejected by the safety system
            image was blocked due to safety
            image_safety
            image … violat
            prompt may violate our guardrails
            safety_violations
            image … content policy
            image … moderation
            generated image … filtered
            image is sensitive
            images were filtered out
        """,
        "content_filter/copyright": """
            recitation
            reciting from copyrighted
            copyrighted material
            matched public code
            matches public code
        """,
    },
    words={
        "content_filter": """
            content filter
            content policy
            safety
            moderation
            sexual
            nudity
            hate speech
            hateful
            guardrail
            usage rules
            protected material
        """,
    },
)
