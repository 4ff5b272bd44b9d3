# make demo and make test set everything up by themselves: Python 3.11 or newer is all they need.
# uv is used where it is installed, pip where it is not.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO_DATA ?= data
DEMO_DATES := 2016-07-20 2018-08-31 2019-11-20 2020-03-24 2021-12-31 2024-02-29 2025-10-08

.PHONY: demo test slow check bench accuracy docs clean install
.DEFAULT_GOAL := help

help:
	@echo "make demo     ten years of a living review, on the registry archive that ships with the program"
	@echo "make test     the tests"
	@echo "make slow     the tests that take their time: nights killed at every step, the schedule on a Prefect server, fields of 50 MB"
	@echo "make check    format, lint, types, import contracts"
	@echo "make bench    benchmarks, side by side with their peers"
	@echo "make accuracy precision and recall of linkage, eligibility, extraction, and of reports; calibration of predictions"
	@echo "make docs     the page about sources, from the connectors"
	@echo "make clean    remove the environment and all state"

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "trialwatch needs Python 3.11 or newer; give it with make PYTHON=/path/to/python"; exit 2; }
	@if command -v uv >/dev/null 2>&1; then \
		echo "setting up with uv" && \
		uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		echo "setting up with pip (a minute or two)" && \
		"$(PYTHON)" -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@

install: $(INSTALLED)

demo: $(INSTALLED)
	$(BIN)/trialwatch --data $(DEMO_DATA) backtest --every half-year $(foreach day,$(DEMO_DATES),--date $(day))
	@# The replay ends before today, and status says so by its exit code 3.
	$(BIN)/trialwatch --data $(DEMO_DATA) status als_cell_therapy || test $$? -eq 3
	@echo; echo "A data package as Cochrane publishes them, made up, becomes a living review:"
	TRIALWATCH_REVIEWS=$(DEMO_DATA)/reviews $(BIN)/trialwatch --data $(DEMO_DATA) adopt examples/CD900001-dataPackage \
		--published 2021-03-01 --title "Troponin activators (made up)" --registries replay

PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

test: $(INSTALLED)
	$(PYTEST) -m "not slow"

slow: $(INSTALLED)
	$(PYTEST) -m slow

check: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(INSTALLED)
	@for script in benchmarks/pooling.py benchmarks/literature.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

docs: $(INSTALLED)
	$(BIN)/python -m cli.sources > docs/sources.md

accuracy: $(INSTALLED)
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/reports.py
	$(BIN)/python benchmarks/forecast_accuracy.py

clean:
	rm -rf $(VENV) data dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
