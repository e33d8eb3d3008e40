"""Which of the taxonomy's types a failure is, from whatever evidence there is. Pure: no OpenTelemetry, no Sentry."""
