# make demo, make test, make gui, make lint, make bench, make docs: each sets up what it needs.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
SCREEN = $(shell command -v xvfb-run >/dev/null 2>&1 && echo xvfb-run -a -s '"-screen 0 1600x1000x24"')

.PHONY: demo test gui lint bench docs screen clean
.DEFAULT_GOAL := demo

demo: $(VENV)/.installed
	$(BIN)/seeded-kmeans demo -o demo-output

test: $(VENV)/.test screen
	$(SCREEN) $(BIN)/python -m pytest $(PYTEST_ARGS)

gui: $(VENV)/.test
	$(BIN)/python -m napari_seeded_kmeans.gui

lint: $(VENV)/.lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench screen
	set -e; for script in benchmarks/[a-z]*.py; do echo "== $$script"; $(SCREEN) $(BIN)/python $$script $(BENCH_ARGS); done

docs: $(VENV)/.test screen
	$(SCREEN) $(BIN)/python docs/make_screenshots.py
	$(SCREEN) $(BIN)/python docs/make_recording.py

screen:
	@sh .ci/install-screen

$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found." >&2; exit 1; }
	@sh .ci/make-venv "$(PYTHON)" "$(VENV)"
	@touch $@

$(VENV)/.installed: $(VENV)/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --group lint
	@touch $@

$(VENV)/.bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@

clean:
	rm -rf $(VENV) demo-output build dist
