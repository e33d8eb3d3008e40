"""`python -m genai_sentry …` does what `genai-sentry …` does."""

import sys

from genai_sentry.cli import main

sys.exit(main())
