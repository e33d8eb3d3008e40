"""Loopback stand-ins for tests: a simulated provider and a recording Sentry receiver."""
