"""OpenTelemetry's side: span attributes, metrics, captured content."""
