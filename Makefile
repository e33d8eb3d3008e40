# Two commands: `make demo` shows the main job at work, `make test` runs the tests. Each makes what it needs in .venv.
# Set PYTHON to the interpreter to use (3.11 or newer), VENV to another place for the environment.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test test-long lint types docs check audit fuzz fuzz-hour soak clean

help:
	@echo "make demo       simulated LLM traffic, failures included, and what arrives in Sentry (loopback only)"
	@echo "make test       the tests"
	@echo "make test-long  the tests, with the ones that take longer than ten minutes in all"
	@echo "make check      linters, type checkers, tests: what CI runs"
	@echo "make docs       build the documentation into site/"
	@echo "make audit      known vulnerabilities of the dependencies (needs PyPI)"
	@echo "make fuzz       coverage-guided fuzzing, two minutes a target (MINUTES=2); make fuzz-hour: differential, an hour"
	@echo "make soak       a million calls in one process"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"Python 3.11 or newer is needed, this is {v.major}.{v.minor}; set PYTHON=…")'
	@echo "creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing genai-sentry and the openai SDK into $(VENV)"
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[demo]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing genai-sentry and what its tests need into $(VENV)"
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	@$(BIN)/python -m genai_sentry demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -q

test-long: $(VENV)/.dev
	GENAI_SENTRY_TEST_TIER=long $(BIN)/python -m pytest -q

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

docs: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

check: lint types test

MINUTES ?= 2

# All that is installed, indirect dependencies included; the tool has an environment of its own.
audit: $(VENV)/.dev
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip --disable-pip-version-check install --quiet pip-audit \
	  || { echo "make audit: pip-audit could not be installed; it needs a package index" >&2; exit 1; }
	@$(PIP) freeze --exclude-editable > $(VENV)/audit.txt
	@echo "checking $$(wc -l < $(VENV)/audit.txt) packages for known vulnerabilities"
	@$(VENV)/audit/bin/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement $(VENV)/audit.txt \
	  || { echo "make audit: not passed; see above for vulnerabilities, or why PyPI's database did not answer" >&2; exit 1; }

fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet atheris
	$(BIN)/python benchmarks/robustness/fuzz.py --seconds $$(($(MINUTES) * 60))

fuzz-hour: $(VENV)/.dev
	$(BIN)/python benchmarks/robustness/differential.py --minutes 60

soak: $(VENV)/.dev
	MALLOC_ARENA_MAX=2 $(BIN)/python benchmarks/robustness/soak.py --calls 1000000

clean:
	rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis
