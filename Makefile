# Refrain: `make run` starts it, `make test` proves it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:
MAKEFLAGS += --no-print-directory

PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= $(CURDIR)/var
NEURAL ?=
NAME ?=
PYTHON ?= $(firstword $(foreach name,python3.11 python3,$(shell command -v $(name))))

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-warn-script-location
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/platform:$(CURDIR)

.PHONY: help setup run test check bench demo shots format

help: ## list what can be done
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: $(VENV)/.ready static/dist/.ready $(if $(NEURAL),$(VENV)/.neural) ## install what running needs into .venv and build the pages

run: setup ## start everything [PORT, HOST, DATA, NEURAL=1] and print the address
	@DATA="$(DATA)" exec $(BIN)/python -m embedded.run --host "$(HOST)" --port "$(PORT)"

test: setup $(VENV)/.dev ## prove everything, on real services and in a real browser [ARGS]
	@$(BIN)/python -m tests.packages chromium nginx rabbitmq-server
	$(BIN)/python -m pytest $(ARGS)

check: setup $(VENV)/.dev ## ruff, mypy, import-linter, migrations, OpenAPI drift
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.drift

bench: setup ## measure one promise: make bench NAME=jobs
	@$(BIN)/python manage.py bench $(NAME)

demo: setup ## make one song headless, from prompt to playback
	@$(BIN)/python -m embedded.demo

shots: setup $(VENV)/.dev ## a PNG of every page at both widths, in ./shots
	@$(BIN)/python -m tests.packages chromium
	$(BIN)/python -m tests.shots

format: setup $(VENV)/.dev ## put the sources in order
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

$(VENV)/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Refrain needs Python 3.11; none was found" >&2; exit 1; }
	"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "Refrain needs Python 3.11; $(PYTHON) is another. Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.ready: requirements/base.txt requirements/inference.txt requirements/nodeps.txt | $(VENV)/bin/python
	@echo "Installing Refrain into $(VENV) …"
	$(PIP) -r requirements/base.txt -r requirements/inference.txt
	$(PIP) --no-deps -r requirements/nodeps.txt
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.neural | $(VENV)/.ready
	@echo "Installing what tests and checks need …"
	$(PIP) -r requirements/dev.txt
	touch $@

$(VENV)/.neural: requirements/neural.txt | $(VENV)/.ready
	@echo "Installing what the neural engines need …"
	$(PIP) -r requirements/neural.txt
	touch $@

node_modules/.ready: package-lock.json | $(VENV)/.ready
	@echo "Installing what the pages need …"
	$(BIN)/npm ci --silent --no-fund --no-audit
	touch $@

static/dist/.ready: node_modules/.ready package.json vite.config.ts tsconfig.json $(shell find static/src -type f)
	@echo "Building the pages …"
	$(BIN)/npm run --silent build >/dev/null
	touch $@
