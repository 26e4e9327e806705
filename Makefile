# Every target makes the .venv that it needs from a bare Python; nothing else has to be installed first.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check -q

.PHONY: demo test check bench soak format clean

demo: .venv/.demo ## the whole product against a simulated Vantio and a simulated Slack
	@$(BIN)/posterpulse demo $(ARGS)

test: .venv/.dev ## the test suite
	@$(BIN)/pytest $(ARGS)

check: .venv/.dev ## format, lint, types, import law, documentation
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/pytest tests/test_layers.py tests/test_docs.py

bench: .venv/.dev ## speed, each figure beside something measured in the same run
	@$(BIN)/python -m bench $(ARGS)

soak: .venv/.dev ## hours of hostile services: a moving list, a Slack that misbehaves, kills
	@$(BIN)/python -m tests.hostile $(ARGS)

format: .venv/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Posterpulse needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@echo "Making .venv (once, about half a minute)"
	@$(PYTHON) -m venv .venv

.venv/.demo: .venv/bin/python pyproject.toml constraints.txt
	@$(PIP) install -c constraints.txt -e '.[demo]'
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	@$(PIP) install -c constraints.txt -e '.[demo,postgres,dev]'
	@touch $@ .venv/.demo
