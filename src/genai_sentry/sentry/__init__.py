"""Delivery to Sentry: each failed call is carried by exactly one event."""
