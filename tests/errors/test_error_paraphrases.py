"""Errors in words that no provider uses: what is read where no rule knows the wording."""

from __future__ import annotations

import pytest

from genai_sentry.errors.classify import classify

Said = str | tuple[int, str]

PARAPHRASES: dict[str, tuple[Said, ...]] = {
    "rate_limit": (
        "You are sending requests faster than your tier permits; pause before the next one",
        (429, "Calm down, the bucket is empty"),
        "Per-minute token allowance for this deployment has been consumed, wait 14 seconds",
        "Request rate too high for key ending in 9f2",
        "Throughput limit hit: 40 of 40 requests this minute",
        "Your project may run at most 3 generations at the same time",
        "Hourly message cap reached, resets in 22 minutes",
        (429, "Capacity for your tier is used; retry after 30 s"),
        "Tokens per minute ceiling reached for this workspace",
        "This key made too many calls in a short time",
        "Concurrency ceiling of 8 reached; finish a running call first",
        "Daily request allowance is spent, a new window opens at midnight UTC",
        "You've been rate-limited. Back off and retry.",
        "Requests are being throttled for this account",
    ),
    "quota_exceeded": (
        "Your wallet holds too few funds for this call",
        "The prepaid balance of this workspace has run dry",
        (402, "Top up before you go on"),
        (403, "This account has an unpaid bill; service is paused until it is settled"),
        "No credit left on this key",
        "The spending limit that your administrator set for this project has been reached",
        (429, "Monthly spend cap of $50 reached for the organisation"),
        "Your free trial is over. Add a card to continue.",
        "All credits of the current billing period have been consumed",
        "Account balance is negative, requests are refused",
        "Budget for team search has been used up",
        "Your subscription lapsed on 3 May; renew it to keep calling the API",
        "Free allotment exhausted; switch to a paid plan",
        "Payment for the last invoice failed, usage is blocked",
    ),
    "authentication": (
        "The key in the Authorization header is not one of ours",
        (401, "We don't know you"),
        "Provided secret key has been revoked",
        "The signature of the request does not match the secret",
        "Your bearer token ran out at 12:03, fetch another one",
        "No key was sent with the request",
        "This API key was deleted by its owner",
        "Login session expired, sign in again to continue",
        "Credentials could not be verified",
        "The token you sent is malformed",
        "API key is missing from the request headers",
        "Wrong API key for this environment: test keys don't work in production",
        (401, "Signature check failed"),
        "OAuth access token is no longer valid",
    ),
    "permission_denied": (
        (403, "This address may not call the endpoint"),
        "Your role lacks the right to run inference in this workspace",
        "This service can't be used from your country",
        "Your key may only list models, it may not create completions",
        (403, "The tenant's policy forbids API access"),
        "Calls from IP 10.2.3.4 are not on the allow list",
        "The organisation owner has switched off API access for members",
        "Not available in the region you are calling from",
        "Your account has been suspended for breaking the terms",
        "Access from this network is blocked by the administrator",
        "Insufficient privileges to use the batch endpoint",
        (403, "Key does not carry the scope inference.write"),
    ),
    "model_unavailable": (
        "There is no model called turbo-9 here",
        (404, "model nova-ultra unknown"),
        "The model you asked for was retired in March",
        "This account can't use o9-pro; ask sales for access",
        "Model is still being loaded onto the accelerator, try again soon",
        "nova-2 is not part of your plan",
        "The deployment gpt-eu does not exist in this resource",
        "That model has been switched off; use its successor",
        "Model weights are loading (43 %)",
        "No backend serves the model phi-99",
        "Model alpha-3 reached end of life and is not served any more",
        "Your team has no access to this model",
        "The requested engine isn't available",
        "No provider can currently serve this model with the required features",
    ),
    "context_length": (
        "Your conversation is longer than the model can read: 41200 of 32000 tokens",
        "Prompt plus completion would need 9000 tokens, the window has 8192",
        (400, "The input has more tokens than this model accepts"),
        "Too much text: the context window of this model is 8k",
        "Input exceeds the window of the model by 312 tokens",
        "The messages add up to 300000 tokens, more than the 200000 allowed",
        "Context overflow: shorten the history",
        "The prompt is over the model's limit; drop older turns",
        "Sequence length 5000 is greater than the maximum of 4096",
        "Prompt does not fit into the context",
    ),
    "content_filter": (
        "We can't answer this: it breaks our usage rules",
        (400, "Prompt refused by the safety layer"),
        "The picture you asked for was held back by our image safety checks",
        "Your text was flagged as hateful by moderation",
        "The answer was withheld because it repeats protected material",
        "Generation stopped: the output violates the content policy",
        "This request was declined for safety reasons",
        "Sexual content is not allowed in prompts",
        "Guardrail pii-eu intervened on the request",
        "Our filters found harmful content in the input",
    ),
    "timeout": (
        "The model needed more than 120 s, the call was given up",
        (504, "upstream silent"),
        "No answer within the time allowed by the client",
        "Reading the response took too long",
        "Deadline of 60 seconds passed before the first token",
        "Waited 30s for a connection from the pool",
        "The upstream server did not answer in time",
        "Connecting to the host timed out after 5 s",
        "Time limit for generation reached",
        (408, "Took you too long to send the body"),
    ),
    "server_error": (
        (500, "Our fault, sorry"),
        "All our machines for this model are full right now",
        (503, "We'll be back shortly"),
        "An unexpected condition on the inference server ended the request",
        "Worker died while generating",
        (502, "The gateway got nonsense from the backend"),
        "GPU ran out of memory while serving the request",
        "The service is down for maintenance until 14:00",
        "Demand is very high at the moment, please try later",
        "Internal fault 0x33 in the scheduler",
        "The inference engine crashed",
        (529, "Too busy"),
        "Backend is not reachable from the gateway at the moment (503)",
        "We are experiencing problems on our side",
    ),
    "invalid_request": (
        "Field top_k has to be an integer between 1 and 40",
        (400, "The tool schema has a type that we don't know"),
        "Two assistant turns in a row are not accepted",
        "The picture is in a format that we can't read",
        (422, "temperature: value above 2"),
        "This endpoint does not take a system prompt",
        "Unknown field 'foo' in the request body",
        (413, "Body of 31 MB, we take 20"),
        (404, "There's nothing at this path"),
        "Argument stop: at most 4 sequences are accepted",
        "The audio clip is shorter than 0.1 s",
        "A tool result must follow the tool call it belongs to",
        "The file you refer to was not found",
        (400, "messages[3].content may not be empty"),
        "This model can't call functions",
        "The JSON that you sent could not be parsed",
        "Parameter n is not supported together with streaming",
        "Base64 of the image is broken",
    ),
    "invalid_response": (
        "The reply broke off in the middle of a JSON object",
        "Model returned an empty message",
        "Could not read the answer as JSON",
        "The answer does not match the schema Person",
        "The provider sent HTML where JSON was expected",
        "Output was cut at the token limit before it was complete",
        "No text in the completion",
        "The structured output lacks the field age, which is required: 1 validation error for Person",
        "The stream ended before the final chunk",
        "The model's tool call has arguments that are not valid JSON",
    ),
    "connection_error": (
        "Could not reach the host: name lookup failed",
        "The peer hung up while the answer was being read",
        "Nothing listens on 127.0.0.1:11434",
        "TLS: the certificate of the server is not trusted",
        "The proxy refused to open a tunnel",
        "Lost the connection to the server during the stream",
        "Host unreachable",
        "The socket was closed by the remote side",
        "Failed to open a connection to the API server",
        "The server's certificate has run out",
    ),
    "cancelled": (
        "The user pressed stop",
        "The caller abandoned the request",
        "Run cancelled",
        "Generation was stopped by the client",
        (499, "gone"),
    ),
    "unknown": (
        "Oh no",
        "error",
        "Something went wrong, please try again",
        "exception in thread main",
        "failed",
    ),
}


def read(said: Said) -> str:
    status, message = said if isinstance(said, tuple) else (None, said)
    return classify(status=status, message=message).type.value


def test_most_paraphrases_are_understood() -> None:
    """At least 95 % get the right type, from everyday words alone."""
    ones = [(label, said) for label, several in PARAPHRASES.items() for said in several]
    wrong = [(label, read(said), said) for label, said in ones if read(said) != label]
    assert len(wrong) <= 0.05 * len(ones), wrong


@pytest.mark.parametrize("label", PARAPHRASES)
def test_no_type_is_much_worse_than_the_others(label: str) -> None:
    """Of each type at least four in five."""
    right = sum(read(said) == label for said in PARAPHRASES[label])
    assert right >= 0.8 * len(PARAPHRASES[label])
