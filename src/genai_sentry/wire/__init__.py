"""Wire formats: what requests and responses say, decoded from bytes. Pure: no OpenTelemetry, no Sentry, no SDK."""
