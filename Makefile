PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

LONG := tests/attacks '*/test_people_*.py' '*/test_browser_looks.py' '*/test_kill_mail.py'

.DEFAULT_GOAL := help
.PHONY: help run test test-attacks test-journeys lint bench timing importing versions words screenshots requirements clean
.NOTPARALLEL:

help: ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "make %-14s %s\n", $$1, $$2 }'

run: .venv/run ## Serve http://localhost:5000 for development (ARGS='--port 8000' goes to `simple-2fa run`)
	@$(BIN)/simple-2fa run $(ARGS)

test: .venv/test ## Run the tests (ARGS='tests/unit -k code' runs some, without coverage)
	@scripts/install-test-parts
	@$(BIN)/python -m pytest -n 2 --dist worksteal $(or $(ARGS),$(LONG:%=--ignore-glob=%) --cov)

test-journeys: .venv/test ## Let people walk through it in Chromium, and look at each page: light, dark, narrow, by axe
	@scripts/install-test-parts
	@$(BIN)/python -m pytest -n 2 --dist worksteal tests/journeys/test_people_*.py tests/journeys/test_browser_looks.py $(ARGS)

test-attacks: .venv/test ## Attack it for some minutes: thieves, guessers, forgers, a year of guessing, kill -9
	@scripts/install-test-parts
	@$(BIN)/python -m pytest -n 2 --dist worksteal tests/attacks tests/journeys/test_kill_mail.py $(ARGS)

lint: .venv/lint ## Check style, types, which module imports which, and what each route demands
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/simple-2fa audit routes > /dev/null

bench: .venv/test ## Measure; figures go to bench/results/
	@scripts/install-test-parts
	@$(BIN)/python bench/run.py $(ARGS)

versions: .venv/python ## Try old and new libraries on each Python here (ARGS=--quick: the oldest on this one)
	@$(BIN)/python scripts/try_versions.py $(ARGS)

timing: .venv/test ## Measure whether times tell who has an account; figures go to bench/results/
	@$(BIN)/python bench/enumeration.py $(ARGS)

importing: .venv/test ## Measure what the extension costs an application that starts
	@$(BIN)/python bench/importing.py $(ARGS)

words: .venv/test ## Bring the translations up to date; lists what is still to be translated
	@$(BIN)/python scripts/update_words.py

screenshots: .venv/test ## Take the pictures of README and docs anew, from a running site
	@scripts/install-test-parts
	@$(BIN)/python tests/pictures.py

requirements: .venv/python ## Pin the newest versions that pyproject.toml allows
	@PYTHON=$(BIN)/python scripts/pin-requirements

clean: ## Remove what was made (never instance/, where your data is)
	@rm -rf .venv .coverage .coverage.* htmlcov dist build .*_cache .hypothesis tests/screenshots
	@find src tests -name __pycache__ -prune -exec rm -rf {} +

# Each file below is the stamp of a finished step: it is taken again where its sources changed.
.venv/python:
	@scripts/make-venv $(PYTHON)
	@touch $@

.venv/run: .venv/python pyproject.toml requirements.txt
	@echo 'Installing what Simple 2FA runs on ...'
	@grep -vx '\.' requirements.txt > .venv/run.pins
	@$(PIP) install -c .venv/run.pins -e '.[server,mysql,passkey]'
	@touch $@

.venv/test: .venv/python pyproject.toml requirements-test.txt
	@echo 'Installing what the tests run on ...'
	@$(PIP) install -c requirements-test.txt -e '.[test]'
	@touch $@

.venv/lint: .venv/test
	@echo 'Installing what checks the source ...'
	@$(PIP) install -c requirements-test.txt -e '.[test,lint]'
	@touch $@
