# Everything a newcomer needs: `make demo` runs the product, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
.DEFAULT_GOAL := help
.PHONY: help demo test soak lint setup bench bench-detect bench-load bench-replicas lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

demo: $(READY) ## run the demo on this machine and print its address
	@$(BIN)/signoff demo $(ARGS)

test: $(READY) ## run all tests
	@$(BIN)/pytest $(ARGS)

soak: $(READY) ## kill the product at random for ten minutes, on both databases
	@$(BIN)/pytest tests/crash/soak.py $(ARGS)

lint: $(READY) ## format, lint, types, import arrows, lock file
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@! grep -nE 'https?://' requirements.lock

bench: $(READY) ## measure speed and memory, and print the table
	@$(BIN)/python -m bench

bench-detect: $(READY) ## measure detection beside plain Presidio, and print the tables
	@$(BIN)/python -m bench.detect $(ARGS)

bench-load: $(READY) ## measure what acts cost with up to a million drafts, and print the table
	@$(BIN)/python -m bench.load $(ARGS)

bench-replicas: $(READY) ## kill replicas on PostgreSQL while drafts come in, and count
	@$(BIN)/python -m bench.replicas $(ARGS)

setup: $(READY) ## make .venv with everything pinned in requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
		{ echo "Python 3.11 to 3.13 is needed; name it with make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV) (about 1 GB, once) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

lock: $(READY) ## resolve pyproject.toml anew into requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --group dev pyproject.toml -o requirements.lock

clean: ## remove .venv and what tools left behind
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
