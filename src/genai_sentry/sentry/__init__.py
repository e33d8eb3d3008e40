"""Sentry's side: exactly one event per failed call, alerts, breadcrumbs, metrics."""
