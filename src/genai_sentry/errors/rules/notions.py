"""What errors are about and what they say of it, in single words: read where no rule knows the wording.

`WORDS` names notions and the words that stand for them; `rules.notions_europe`, `rules.notions_east` and
`rules.notions_world` do in other languages. `rules.meanings` says what two of them near each other mean.
"""

WORDS: dict[str, str] = {
    "no notion": """
        credentials validation failed, credential validation failed, went wrong, bad response, invalid response status,
        unexpected response code, response status, response code, status code, client error, subscription id,
        invalid status code, bad request, unexpected status, failed to get response, failed to get a response,
        unknown error, provider returned error, stream disconnected before completion,
        system net, system io, system threading, system text,
        unknown type, problem in node, litellm proxy proxy_server, litellm proxy, reach out, context overflow recovery,
        interacting with language model, provider.unknown, unknown stream error, stream error unknown
    """,
    "no answer": """
        no text, no content, no output, no response, no message, no choices, no data, no tokens, no result, no results,
        no completion, no reply, no image, no chunks, no generation chunks,
        no generations, no embedding, no embeddings, no audio, no candidates,
        nothing came back,
        no reply, no answer
    """,
    "any answer": """
        any text, any content, any output, any response, any message, any choices, any data, any tokens, any result,
        any results, any completion, any reply, any image, any chunks, anything
    """,
    "not made": """
        not generate, not generated, not return, not returned, not receive, not received, not produce, not produced,
        not give, not contain, not deliver, not yield, without, never returned, never produced, failed to return,
        failed to produce,
        could not get, not get, failed to get, unable to get, come up with, unable to produce, unable to obtain
    """,
    "made": """
        generated, returned, received, produced, given, created, came back, contained, contains, yielded, delivered
    """,
    "model": """
        model, models, deployment, modelcode, modelname, model_id, model_name, lora, adapter, adapters,
        checkpoint,
        weights
    """,
    "key": """
        key, keys, apikey, api_key, token, credential, credentials, secret, signature, jwt, bearer, authorization,
        login, access token, api keys,
        sign in, signin
    """,
    "account": """
        account, organization, organisation, org, project, workspace, team, client, clients, consumer, tenant, user,
        members, member
    """,
    "ip": """
        ip, ip address, ip addresses, address
    """,
    "money": """
        balance, credit, credits, funds, fund, payment, wallet, invoice, bill, billing, bills, invoices, payments
    """,
    "quota": """
        quota, quotas, allowance, subscription, allotment, trial
    """,
    "budget": """
        budget, spend, spending, cost
    """,
    "prompt": """
        prompt, input, context, conversation, history, messages, tokens, token count, sequence, sequence length,
        prompt length, input length,
        chat, text, words, characters, dialogue, dialog
    """,
    "parameter": """
        parameter, parameters, param, params, argument, arguments, field, fields, property, properties, value, values,
        option, header, temperature, max_tokens, max_completion_tokens, top_p, top_k, role, variant, seed,
        reasoning_effort, thinking, logprobs, stream_options, thinking_budget, tool_choice, response_format, stream,
        size, dimensions, body, inputs, top_logprobs, best_of, truncate, grammar, reasoning effort, verbosity, modality,
        modalities, voice, speed, service tier, aspect ratio, resolution
    """,
    "feature": """
        tool, tools, function, functions, vision, streaming, calling, reasoning, system, embeddings, json mode,
        thinking, caching, structured, multimodal
    """,
    "schema": """
        schema, json_schema, input_schema, response_schema, tool payload, tool schema, grammar
    """,
    "message": """
        assistant, tool_use, tool_result, tool_calls, tool_call_id, turn, turns, roles, conversation roles, tool call,
        tool calls, tool message, tool role, function call, reasoning_content, thought, messages in a row, tool result,
        tool results
    """,
    "media": """
        image, images, audio, video, file, files, pdf, document, base64, attachment, mime, picture, clip, pictures,
        photo, videos, audios, attachments, recording
    """,
    "unfetched": """
        download failed, failed to download, could not download, could not fetch, failed to fetch, unable to fetch,
        cannot fetch, unable to download, cannot download, error downloading, fetching failed
    """,
    "request": """
        request, payload, body, content length
    """,
    "endpoint": """
        endpoint, url, route, path, resource, page, thread, batch
    """,
    "server": """
        server, service, system, backend, upstream, provider, gateway, worker, runner, runtime, process, host, node,
        instance, cluster, cuda, gpu, vram, memory, machines, machine, scheduler, inference engine, servers,
        inference server
    """,
    "network": """
        connection, network, socket, host, tunnel, internet, websocket, tcp, connect, connecting, reach, reaching, peer,
        proxy
    """,
    "today": """
        today
    """,
    "key form": """
        key format, token format, format of the key, credential format
    """,
    "answer": """
        response, output, answer, completion, reply, result, chunk, choice, choices, candidates, stream, generation
    """,
    "content": """
        content, text, prompt, input, output, query, request, image, message, response, chat messages
    """,
    "policy": """
        policy, policies, guidelines, guardrail, guardrails, safety, moderation, terms, usage rules, content rules,
        safety layer, safety checks, safety reasons, filters, protected material, content policy
    """,
    "place": """
        region, country, location, territory, geography
    """,
    "calls": """
        requests, calls, rate, messages, queries, rpm, tpm, tokens, throughput, call, generations
    """,
    "count": """
        number of requests, request count, number of calls, number of messages
    """,
    "absent": """
        not found, not exist, not exists, no such, unknown, unrecognized, unrecognised, be found,
        nonexistent, not recognized, not known, cannot find, could not find, not available, unavailable, not find,
        no model, there is no, no longer exists, does not know,
        not know, no longer there,
        misspelled, misspelt, not deployed, not installed, not pulled, not downloaded
    """,
    "unsupported": """
        unsupported, not support, not supported, not currently supported, not yet supported, currently not supported,
        has not supported, must support, cannot support,
        not allowed, not permitted, not implemented, unexpected, extraneous, not take, not accept, cannot call,
        cannot use, not understand, not able,
        turned off, switched off, not enabled
    """,
    "invalid": """
        invalid, incorrect, wrong, malformed, illegal, not valid, bad, mismatch, mismatched, not match, rejected,
        expected, out of range, not accepted, broken, corrupt, corrupted, cannot read, not read, unreadable,
        not be opened, cannot open, could not open, garbled, garbage, gibberish, be opened
    """,
    "bounded": """
        must be, should be, must have, must include, must contain, needs to be, need to be, supports up to,
        only supports, only support, only one, cannot be, has to be, have to be, must not, at most, at least,
        between, above, below, shorter than, may not be, a maximum of
    """,
    "missing": """
        missing, required, not provided, not set, not specified, not specify, not configured, empty,
        undefined, not given,
        must be passed, must be sent, must be provided, must be supplied, must be set, not passed, not sent,
        not supplied, not present, no enough, please carry, please supply, please include, please add, please enter,
        please configure,
        please provide, please set, please specify
    """,
    "demanded": """
        requires, require, mandatory, must be enabled, must be used, must be turned on, to be enabled
    """,
    "unreal": """
        invalid, incorrect, wrong, malformed, not valid, rejected, revoked, disabled, not found, not recognized,
        unknown, failed, denied, deactivated, inactive, been blocked, not match, no longer valid, deleted, not
        one of, unrecognized, unrecognised, not known, not registered, unregistered,
        not work, not working, doesnt work
    """,
    "expired": """
        expired, expire, revoked, invalidated, reauthenticate, reauthentication, relogin, re-login, stale, ran out,
        no longer valid, lapsed, expires, already been used, already used, reused, sign in again, log in again
    """,
    "exceeded": """
        exceed, exceeds, exceeded, exceeding, too long, too large, too big, too many, longer, larger, overflow,
        overflows, greater than, over the limit, not fit, more than, more tokens than, greater, exceeds the,
        over the models, beyond, does not fit, longer than, larger than, bigger than, above, too lengthy,
        oversized, overflowed,
        too much, too heavy, beyond what, too wordy,
        no longer fits, no longer fit
    """,
    "exhausted": """
        insufficient, exhausted, not enough, run out, ran out, used up, depleted, negative, overdue, unpaid, reached,
        exceeded, too low, expired, not sufficient, declined, not sufficient, finished, consumed, suspended, too few,
        left, run dry, spent, lapsed, ended, settled, is over, used,
        ran dry
    """,
    "rights": """
        permission, permissions, privilege, privileges, rights, right, scope, scopes
    """,
    "lacking": """
        lacks, lack, lacking, insufficient, missing, without, not have, denied, not carry, not include, not enough,
        needs
    """,
    "denied": """
        denied, forbidden, not allowed, not permitted, blocked, banned, suspended, disabled, restricted, unauthorized,
        not authorized, prohibited, no permission, refused, not eligible, terminated, deactivated,
        paused, on hold, locked, frozen
    """,
    "upgrade": """
        subscription, subscribe, upgrade, paid, premium, tier, plan, waitlist, verified, part of your plan,
        included in your plan, ask sales, contact sales
    """,
    "retired": """
        deprecated, retired, discontinued, removed, no longer, sunset, decommissioned, shut down, end of, switched off,
        turned off, successor, end of life
    """,
    "loading": """
        loading, warming, initializing, starting, not loaded, unloaded, not ready, cold, being loaded, still loading,
        ready yet, not yet ready,
        starting up,
        being fetched, being downloaded, downloading, still downloading, spinning up
    """,
    "broken": """
        crashed, exited, died, killed, panic, terminated, internal, unexpectedly, fault, exception, aborted, oom,
        segfault, corrupted, out of memory, not enough, unexpected error, unexpected condition, unexpected failure,
        fell over, blew up, malfunctioned, malfunction, bombed, choked, went down
    """,
    "busy": """
        busy, overloaded, overload, saturated, congested, high load, high demand, heavy load, capacity, high traffic,
        full, very high, too busy, busy at the moment,
        too hot, overwhelmed, swamped
    """,
    "down": """
        unavailable, down, maintenance, offline, unhealthy, not running, not responding, not reachable, unreachable,
        outage, experiencing problems, having problems, not up
    """,
    "cut": """
        closed, lost, disconnected, unreachable, reset, dropped, interrupted, failed, error, broken, trouble, problem,
        unable, issue, issues, problems, cannot, could not, couldnt, unstable, hung up, refused, gone, failed to open,
        closed by, could not reach, died,
        went away, went dead, went silent, vanished
    """,
    "flagged": """
        flagged, violate, violates, violated, violation, violating, inappropriate, unsafe, harmful, filtered,
        prohibited, nsfw, disallowed, moderated, hateful, sexual, refused, declined, withheld, held back, breaks,
        intervened, sensitive, repeats, breached, breaching, breaches, explicit content, sexually explicit,
        explicit material,
        forbids, forbid
    """,
    "empty": """
        empty, null, none, blank, nothing
    """,
    "unreadable": """
        parse, parsing, extracting, unmarshal, unmarshalling, unmarshaling, decode, decoding, deserialize, malformed,
        not valid json, unparseable, unparsable, as json, read as json, not json, invalid json, parsed, decoded,
        deserialized,
        extract,
        broken json, bad json
    """,
    "unfinished": """
        truncated, incomplete, unterminated, cut off, unfinished, broke off, was cut, cut short, ended before, partial,
        stopped short,
        before it was done, before it finished, stopped early, half finished, halfway, midway
    """,
    "often": """
        per minute, per second, per hour, per day, too many, too fast, too frequent, too frequently, throttled,
        throttling, hourly, slow down, daily, faster than, at the same time, this minute, at once, in a short time,
        concurrently, simultaneous, simultaneously,
        too quickly
    """,
    "late": """
        timed out, timeout, time out, deadline, too slow, took too long, in time, time allowed, time limit, too long,
        given up, within the time, passed,
        took longer, longer than allowed,
        within a minute, gave up, giving up
    """,
    "order": """
        previous, preceding, preceded, followed, following, alternate, consecutive, corresponding, first, last,
        passed back, in a row, must follow, belongs to, out of order, alternating, alternates,
        without a matching, no matching call, unmatched, orphaned, dangling, has no matching
    """,
    "flow": """
        stream, streaming, sse, download, transfer
    """,
    "interrupted": """
        interrupted, disconnected, dropped, lost, broke, broken off, terminated, hung up
    """,
    "call": """
        tool call, tool calls, function call, function calls, tool arguments, function arguments, arguments
    """,
    "none": """
        no healthy, no available, no active, no valid, no working, no eligible, no suitable, no usable, no matching,
        no compatible, no free, no ready, no online, no enabled, no configured, no deployable
    """,
    "supply": """
        route, routes, channel, channels, provider, providers, endpoint, endpoints, account, accounts,
        deployment, deployments, upstream, upstreams, worker, workers, backend, backends, replica, replicas,
        instance, instances
    """,
    "no supply": """
        no route, no routes, no channel, no channels, no provider, no providers, no endpoint, no endpoints, no
        account, no accounts, no deployment, no deployments, no worker, no workers, no backend, no backends, no
        instances
    """,
    "left": """
        available, found, configured, left, remaining, ready, online, enabled, healthy, matched, supports,
        supporting
    """,
    "barred": """
        not eligible, not entitled, not allowed, not permitted, not enabled, not included, not granted, no access, no
        permission, restricted, disabled, forbidden, denied, requires approval, access denied, not authorized,
        unauthorized, blocked, barred, off limits, off-limits
    """,
    "by people": """
        by user, by the user, by client, by the client, by caller, by the caller, user request, by you
    """,
    "stopped": """
        cancelled, canceled, aborted, interrupted, stopped, terminated, killed
    """,
    "undone": """
        cannot process, could not process, unable to process, cannot complete, could not complete, unable to
        complete, cannot serve, unable to serve, unable to handle, cannot handle, cannot fulfill
    """,
}
