# make run        install what is missing, start Lamplight, open the browser    (ARGS="--port 8000" passes options)
# make test       install what is missing, check style and types, run the tests (TESTS="tests/test_samples.py" picks)
# make test-all   the same with the tests marked `long`, and pictures of the page in .screenshots
# make test-offline  the browser's tests once more, in a network namespace that has nothing but its own loopback (Linux)
# make bench      the benchmarks, ours and the baseline in the same run; they take a while
# make coverage   the quick tests, and which lines of the app and of the page’s scripts they run (not in reading
#                 processes, which are ended at once)
# make install    only install          make lint    only style and types          make clean    remove what was made
#
# install.py does the installing, on Windows too; it is quick when nothing has changed.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python3.10 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$name && break; done)
VENV := .venv/bin

.PHONY: run install development lint scripts test test-all test-offline coverage bench clean

run: install
	$(VENV)/python app.py $(ARGS)

install: python
	@$(PYTHON) install.py

development: python
	@$(PYTHON) install.py --dev

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Lamplight needs Python 3.10 or newer, and there is none on the PATH." \
		"Install it with your package manager (Debian, Ubuntu: sudo apt install python3 python3-venv)" \
		"or from python.org, or name one: make run PYTHON=/path/to/python3"; exit 1; }

lint: development scripts
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy

# Types and style of the page's scripts, where npm is: only who changes them needs it.
scripts:
	@if ! command -v npm >/dev/null; then \
		echo "There is no npm here: types and style of the page's scripts were not checked."; \
	elif ! $(MAKE) --no-print-directory --silent node_modules/.package-lock.json; then \
		echo "npm could not fetch what checks the page's scripts: their types and style were not checked."; \
	else \
		node_modules/.bin/tsc && node_modules/.bin/biome lint --error-on-warnings; \
	fi

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --silent
	touch $@

# Three, as each waits now and then: for the page, another process or the disk. A file's tests stay together, as they
# share what they have set up; tests/conftest.py says which files go first.
WORKERS = -n 3 --dist loadfile --no-loadscope-reorder

# The tests start Lamplight dozens of times: each time without compiled files takes seconds more.
test test-all test-offline coverage: export PYTHONDONTWRITEBYTECODE :=

test: lint
	$(VENV)/python -m pytest $(if $(TESTS),$(TESTS),$(WORKERS) -m "not long")

test-all: lint
	$(VENV)/python -m pytest $(WORKERS) --pictures

BROWSER_TESTS = tests/test_browser.py tests/test_browser_library.py tests/test_accessibility.py tests/test_trust_page.py

test-offline: development
	unshare -rn sh -c '$(VENV)/python -c "from tests.offline import loopback_up; loopback_up()" && \
		$(VENV)/python -m pytest $(BROWSER_TESTS)'

coverage: development
	$(VENV)/python -m pytest $(WORKERS) -m "not long" --cov --cov-report=term:skip-covered
	@if command -v node >/dev/null; then node --test --experimental-test-coverage tests/scripts/*.test.js; \
		else echo "There is no Node here: what the tests of the page's scripts run was not counted."; fi

bench: development
	$(VENV)/python -m bench.speed
	$(VENV)/python -m bench.retrieval
	$(VENV)/python -m bench.answers
	$(VENV)/python -m bench.ingest
	$(VENV)/python -m bench.computation
	$(VENV)/python -m bench.interface
	$(VENV)/python -m bench.household

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .coverage* node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
