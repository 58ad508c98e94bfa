# Two commands do all set-up: make demo, make test.
PYTHON ?= python3.11
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
ONCE ?=

.PHONY: help check test demo bench lock tryton soak clean
help:
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/ready: requirements-dev.lock pyproject.toml
	@$(SHELL) .ci/venv .venv requirements-dev.lock
	@touch $@

.venv-tryton/ready: requirements-tryton.lock
	@$(SHELL) .ci/venv .venv-tryton requirements-tryton.lock
	@touch $@

tryton: .venv-tryton/ready ## install the ERP of the demo and the tests, in an environment of its own

check: .venv/ready ## format, lint, types, layers, unit tests
	@$(BIN)/ruff format --check --quiet . || { echo "Run '.venv/bin/ruff format .': some files are not formatted."; exit 1; }
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(PYTEST) -q -n 2 tests/unit tests/architecture

test: .venv/ready .venv-tryton/ready ## every test
	$(PYTEST) -q -n 2 --dist loadgroup

lock: .venv/ready ## resolve the lock files anew
	@$(SHELL) .ci/lock

clean: ## remove everything that the other commands made
	rm -rf .venv .venv-tryton .cache var
