# What people and CI type.  Each verb makes its own environment: on a machine with git, make and
# python3-venv, `make lab` or `make test` is the first and only command.

PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
LAB     = $(VENV)/.lab
DEV     = $(VENV)/.dev
LESSONS = my-lessons
# A worker for each processor; the tests of a file stay together, as the cells of a lesson must.
PYTEST  = $(BIN)/python -m pytest --nbval --numprocesses=auto --dist=loadfile
# Pythons that no test runs on here, so that types must vouch for them; mypy alone checks the oldest.
LATER   = 3.12 3.13 3.14

# JupyterLab asks for this where the user is root, as in a container.
AS_ROOT = $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test test-all test-more check format lint notebooks bench screenshots pyodide clean

lab: $(LAB) ## open the first lesson, in a copy that git ignores (LAB_ARGS go to JupyterLab)
	$(BIN)/python tools/working_copy.py $(LESSONS)
	$(BIN)/jupyter lab --ip=127.0.0.1 --ServerApp.root_dir=$(LESSONS) \
	    --LabApp.default_url=/lab/tree/01-your-first-push.ipynb $(AS_ROOT) $(LAB_ARGS)

test: $(DEV) ## the quick suite: no root, no browser, no real client
	$(PYTEST) tests notebooks

test-all: test test-more ## the whole suite; what is not installed is skipped, with a reason

test-more: $(DEV) ## what the quick suite leaves out, and each property with ten times the examples
	LABSIM_HYPOTHESIS=long $(PYTEST) tests \
	    -m "(slow or peer or pyodide or hypothesis) and not (bench or browser)"
	$(BIN)/python -m pytest tests -m browser

check: lint test ## what a change must pass: format, lint, types, layers, quick suite

lint: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	for version in $(LATER); do $(BIN)/mypy --python-version $$version || exit 1; done
	$(BIN)/lint-imports

format: $(DEV) ## put the source in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

notebooks: $(DEV) ## run every lesson again and write its outputs; a clean tree afterwards is correct
	$(BIN)/python tools/refresh_notebooks.py

bench: $(DEV) ## what it costs, as ratios
	$(BIN)/python -m pytest -m bench benchmarks -s --tb=short

screenshots: $(DEV) ## pictures of the lessons in a browser, for people to look at
	$(BIN)/python -m tools.screenshots

pyodide: $(DEV) ## the browser's Python and the wheels that a lesson needs there
	$(BIN)/python tools/pyodide/prepare.py

clean: ## all that make has made; never the learner's copy of the lessons
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(LAB): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[lab]"
	touch $@

$(DEV): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[lab,serve,dev]"
	touch $@ $(LAB)
