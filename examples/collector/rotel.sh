#!/bin/sh
# rotel, a collector of one small program (pip install --pre rotel): forwards all spans to Sentry, in batches, with
# retries. It does not sample; for that, see otelcol.yaml.
#
#   SENTRY_OTLP   https://oORG.ingest.sentry.io/api/PROJECT/integration/otlp
#   SENTRY_KEY    the public key: what stands before the @ in the DSN
set -eu
: "${SENTRY_OTLP:?}" "${SENTRY_KEY:?}"
agent=${ROTEL_AGENT:-$(python -c 'import pathlib, rotel; print(pathlib.Path(rotel.__file__).with_name("rotel-agent"))')}
exec "$agent" start \
    --otlp-http-endpoint "${LISTEN_HTTP:-127.0.0.1:4318}" \
    --otlp-grpc-endpoint "${LISTEN_GRPC:-127.0.0.1:4317}" \
    --otlp-receiver-metrics-disabled \
    --otlp-receiver-logs-disabled \
    --otlp-exporter-endpoint "$SENTRY_OTLP" \
    --otlp-exporter-protocol http \
    --otlp-exporter-compression gzip \
    --otlp-exporter-custom-headers "x-sentry-auth=sentry sentry_key=$SENTRY_KEY"
