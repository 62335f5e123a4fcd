# Nashra. Everyday commands: make html, make serve, make devserver, make publish, make test. `make help` lists them.
# Elsewhere: make html SEEDS=folder OUTPUT=folder STATE=folder

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := html

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PELICAN := $(BIN)/pelican --log-handler plain
SEEDS ?= seeds
STATE ?= .nashra
export SEEDS OUTPUT STATE FORCE EXECUTOR TARGET
# What is installed only where it is asked for.
EXTRAS := $(patsubst %,$(VENV)/.%,$(if $(filter dask:%,$(EXECUTOR)),dask) $(if $(filter s3://%,$(TARGET)),s3))
# Debian's and a user's own pip settings must not decide what is installed.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: html serve devserver publish test test-all bench evaluate shots fmt lint check lock hooks clean help

html: $(VENV)/.ready $(EXTRAS) ## build the site from the seeds
	@$(PELICAN) -s pelicanconf.py

serve: html ## build, then serve the site on 127.0.0.1 (PORT=8000)
	@$(PELICAN) -s pelicanconf.py --listen --bind 127.0.0.1 --port $(PORT)

devserver: $(VENV)/.ready $(EXTRAS) ## serve on 127.0.0.1 and build again whenever a seed, page or template is saved
	@$(PELICAN) -s pelicanconf.py --listen --autoreload --bind 127.0.0.1 --port $(PORT)

publish: $(VENV)/.ready $(EXTRAS) ## build for the public with publishconf.py, and show it in one step in public/ (OUTPUT=folder, TARGET=s3://bucket/prefix)
	@$(PELICAN) -s publishconf.py

test: $(VENV)/.tested lint ## set up what the tests need, a browser too, and run them
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

test-all: $(VENV)/.tested lint ## the tests and the slow ones
	@tools/node
	@$(BIN)/python -m pytest

bench: $(VENV)/.tested ## measure, and print ratios
	@$(BIN)/python benchmarks/desk.py
	@$(BIN)/python benchmarks/search.py 2000
	@$(BIN)/python benchmarks/speed.py 1000 --rounds 1

evaluate: $(VENV)/.ready ## measure how well the desk reads, on the sets in the folder NASHRA_DEV names
	@$(BIN)/python benchmarks/evaluate.py

shots: $(VENV)/.tested ## photograph the site that the seeds make, for docs/
	@$(BIN)/python tools/shots

fmt: $(VENV)/.tested ## format the code
	@$(BIN)/ruff check --quiet --fix-only
	@$(BIN)/ruff format --quiet

lint: $(VENV)/.tested ## ruff and mypy
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --quiet --check
	@$(BIN)/mypy --no-error-summary

check: $(VENV)/.ready ## say what is wrong with seeds and topics, without building
	@$(BIN)/nashra check "$$SEEDS"

hooks: $(VENV)/.tested ## run lint before every commit
	@install -m 755 tools/pre-commit "$$(git rev-parse --git-path hooks)/pre-commit"

lock: $(VENV)/.tested ## pin the dependencies of pyproject.toml anew, with hashes
	@tools/lock $(BIN)/python

$(VENV)/.ready: requirements.lock pyproject.toml
	@echo "Setting up $(VENV) (once)"
	@tools/venv "$(PYTHON)" $(VENV)
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dask $(VENV)/.s3: $(VENV)/.%: requirements-%.lock $(VENV)/.ready
	@echo "Setting up $* (once)"
	@$(PIP) install --require-hashes --requirement $<
	@touch $@

$(VENV)/.tested: requirements-test.lock $(VENV)/.ready
	@echo "Setting up what the tests need (once)"
	@$(PIP) install --require-hashes --requirement requirements-test.lock
	@tools/browser $(BIN)/python
	@tools/servers $(VENV)/servers
	@touch $@

clean: ## remove the output and the cache; seeds, ledger and .venv stay
	@rm -rf -- "$(or $(OUTPUT),output)" "$(STATE)"

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 12
