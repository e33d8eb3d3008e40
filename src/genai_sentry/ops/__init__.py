"""Sentry as code: dashboards, monitors, alerts; and the doctor."""
