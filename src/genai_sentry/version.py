"""The package's version and the schema that its spans follow."""

__version__ = "0.1.0"

SCHEMA_URL = "https://opentelemetry.io/schemas/1.41.0"
