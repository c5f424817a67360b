# Everything a newcomer needs: `make demo` runs the product, `make test` proves it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TRAIN := .venv-train
.DEFAULT_GOAL := help
# How many hostile payloads `make soak` sends through each entry.
HOSTILE ?= 10000
.PHONY: help demo test soak lint setup bench bench-detect bench-ledger bench-load bench-replicas train pages sbom lock clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

demo: $(READY) ## run the demo on this machine and print its address
	@$(BIN)/signoff demo $(ARGS)

# Two at a time; ARGS="-n 0 --pdb" runs them in this one process.
test: $(READY) ## run all tests
	@$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

soak: $(READY) ## send 10,000 hostile payloads through each entry, then kill the product at random
	@SIGNOFF_HOSTILE=$(HOSTILE) $(BIN)/pytest -n 2 --durations=4 tests/test_hostile.py $(ARGS)
	@$(BIN)/pytest tests/crash/soak.py $(ARGS)

lint: $(READY) ## format, lint, types, import arrows, lock file
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@! grep -nE 'https?://' requirements*.lock

bench: $(READY) ## measure speed and memory, and print the table
	@$(BIN)/python -m bench

bench-detect: $(READY) ## measure detection beside plain Presidio, and print the tables
	@$(BIN)/python -m bench.detect $(ARGS)

train: $(TRAIN)/.ready ## train the sentence model on checks/examples (about an hour)
	@$(TRAIN)/bin/python -m bench.train $(ARGS)

bench-ledger: $(READY) ## measure the proof of a million ledger entries, and print the table
	@$(BIN)/python -m bench.ledger $(ARGS)

sbom: $(READY) ## list what it is made of, as CycloneDX, into sbom.cdx.json
	@$(BIN)/python docs/ops/sbom.py > sbom.cdx.json

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
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(READY)

$(TRAIN)/.ready: requirements-train.lock
	@test -x $(TRAIN)/bin/python || $(PYTHON) -m venv $(TRAIN)
	@$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(TRAIN)/bin/uv pip sync --quiet --python $(TRAIN)/bin/python --require-hashes requirements-train.lock
	@touch $@

pages: $(READY) ## write the page of every rule into docs/rules
	@$(BIN)/signoff rules --pages docs/rules

lock: $(READY) ## resolve pyproject.toml anew into the two lock files
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --group dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --group train pyproject.toml -o requirements-train.lock

clean: ## remove .venv and what tools left behind
	@rm -rf $(VENV) $(TRAIN) .pytest_cache .mypy_cache .ruff_cache .hypothesis
