# Two commands do all set-up: make demo, make test.
PYTHON ?= python3.11
export PYTHON
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
DIR ?= var/demo
ONCE ?=
STORE ?=
SEEDS ?= 2000
ROUNDS ?= 20
NAME ?=
KIND ?= rest

.PHONY: help check test soak soak-demo mutants demo bench docs new-connector lock tryton tryton70 clean
help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

.venv/ready: requirements-dev.lock .ci/venv
	@$(SHELL) .ci/venv .venv requirements-dev.lock tickethub
	@touch $@

.venv-tryton/ready: requirements-tryton.lock .ci/venv
	@$(SHELL) .ci/venv .venv-tryton requirements-tryton.lock
	@touch $@

.venv-tryton70/ready: requirements-tryton70.lock .ci/venv
	@$(SHELL) .ci/venv .venv-tryton70 requirements-tryton70.lock
	@touch $@

tryton: .venv-tryton/ready ## install the ERP of the demo and the tests, in an environment of its own

tryton70: .venv-tryton70/ready ## install its older series, for the tests

demo: .venv/ready .venv-tryton/ready ## play the story against a real ERP, leave the console up (ONCE=1: end after the story)
	@$(BIN)/tickethub --dir $(DIR) demo $(if $(ONCE),--once)

check: .venv/ready ## format, lint, types, layers, unit tests
	@$(BIN)/ruff format --check --quiet . || { echo "Run '.venv/bin/ruff format .': some files are not formatted."; exit 1; }
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(PYTEST) -q -n 2 -m "not slow" tests/unit tests/architecture

test: .venv/ready .venv-tryton/ready .venv-tryton70/ready ## every test; more workers than cores, since many tests wait for other programs
	$(PYTEST) -q -n 3 --dist loadgroup

soak: .venv/ready soak-demo ## play SEEDS histories of the flagship test (2000)
	@$(BIN)/python -m tests.flagship --seeds 0:$(SEEDS) --go-on

soak-demo: .venv/ready .venv-tryton/ready ## play the story of the demo ROUNDS times (20) while hub and ERP are killed
	@$(BIN)/python -m tests.soak --seeds 0:$(ROUNDS)
	@$(BIN)/python -m tests.soak --set-up --seeds 0:4

mutants: .venv/ready ## plant wrong mappings and tell what stops each
	@$(BIN)/python -m tests.mutants

bench: .venv/ready ## compare the hub's speed with a bare limit (STORE=1: keep the tables in docs/reference/benchmarks.md)
	@$(BIN)/python -m bench.mapping $(if $(STORE),--store)
	@$(BIN)/python -m bench.intake $(if $(STORE),--store)
	@$(BIN)/python -m bench.sync $(if $(STORE),--store)
	@$(BIN)/python -m bench.soap $(if $(STORE),--store)
	@$(BIN)/python -m bench.hook_to_delivery $(if $(STORE),--store)
	@$(BIN)/python -m bench.drivers $(if $(STORE),--store)

docs: .venv/ready ## write the pages of docs/reference that are made from the code and the tests
	@$(BIN)/python -m tests.proving
	$(BIN)/python -m docs.generate

new-connector: .venv/ready ## write connector file, mapping, schema, twin and contract test (NAME=acme KIND=rest|odata|soap|sql|files|jsonrpc|xmlrpc)
	@$(BIN)/python -m tests.new_connector.make --name "$(NAME)" --kind "$(KIND)"

lock: .venv/ready ## resolve the lock files anew
	@$(SHELL) .ci/lock

clean: ## remove everything that the other commands made
	rm -rf .venv .venv-tryton .venv-tryton70 .cache var
