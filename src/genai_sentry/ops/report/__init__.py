"""Reports on LLM calls: from spans in files or from Sentry to figures, suggestions and one HTML page."""

from genai_sentry.ops.report.build import Report, Wanted, from_files, from_rows

__all__ = ["Report", "Wanted", "from_files", "from_rows"]
