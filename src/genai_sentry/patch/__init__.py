"""Where calls are seen: the generated SDKs' base clients, httpx and httpx2, and call points of their own."""
