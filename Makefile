# Every target builds .venv when it is missing.  `make help` lists the targets.
# On another Python, in an environment beside it: make TARGET PYTHON=python3.N VENV=.venv-3.N
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-strip-extras
SOURCES := src entrypoints tests examples
WORKERS ?= auto
SECONDS ?= 60
TOKENS ?= 200000
SEED ?= 1
SAMPLE ?= 300
COVERAGE ?=
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

.DEFAULT_GOAL := help
# Without bytecode each worker, and each program that a test starts, would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help setup demo tour test unit parts newest lint bench faults mutants docs lock browser firefox nginx proxies clients behaviours pictures

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Build .venv from the hash-locked requirements

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "authcore needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "building $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(VENV)/.ready ## Start the whole system on loopback, for a browser (DEMO="--help" lists options)
	@$(BIN)/python -m authcore_local.demo $(DEMO)

tour: $(VENV)/.ready ## Run the same path without a browser; exit 0 only if every hop was right
	@$(BIN)/python -m authcore_local.tour

test: lint ## Run the gate: lint, then every test that does not measure time (COVERAGE=on fails below 95 %)
	@$(PYTEST) $(if $(COVERAGE),--cov --cov-report=term-missing --cov-fail-under=95)

unit: $(VENV)/.ready ## Run the unit tests alone
	@$(PYTEST) tests/unit

parts: $(VENV)/.ready ## Run unit, contract and entrypoint tests and the examples, without lint and coverage
	@$(BIN)/python -c 'import django, platform; \
	  print("Python", platform.python_version(), "with Django", django.__version__)'
	@$(PYTEST) tests/unit tests/contract tests/doors tests/e2e/test_examples.py

newest: $(VENV)/.ready ## Run the same tests on the newest Python of this machine, with its Django
	@newest=$$(.ci/newest-python $(BIN)/python); \
	if [ -n "$$newest" ]; then \
	  minor=$$("$$newest" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	  $(MAKE) --no-print-directory parts PYTHON="$$newest" VENV=".venv-$$minor"; \
	else \
	  echo "newest: no Python on this machine is newer than $$($(BIN)/python --version); no test is run"; \
	fi

lint: $(VENV)/.ready ## Run ruff, mypy --strict and import-linter
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: $(VENV)/.ready ## Measure authcore beside other libraries, print a table (4 minutes; 10 with TOKENS=1000000)
	@PYTHONPATH=tests $(BIN)/python -m bench --tokens $(TOKENS)

faults: $(VENV)/.ready ## Run what the gate leaves out, then the fault-injection suite; print a summary (an hour; 45 minutes with SECONDS=2)
	@$(BIN)/python -m pytest --quiet --beyond-the-gate
	@PYTHONPATH=tests $(BIN)/python -m faults --seconds $(SECONDS)

mutants: $(VENV)/.ready ## Change the code in SAMPLE=300 places, one at a time; print what no unit or property test notices (7 minutes)
	@PYTHONPATH=tests $(BIN)/python -B -m mutants --seed $(SEED) --sample $(SAMPLE) \
	  --workers $(if $(filter auto,$(WORKERS)),2,$(WORKERS))

docs: $(VENV)/.ready ## Generate the tables of docs/ from tests, settings and reason codes
	@PYTHONPATH=tests $(BIN)/python -m documentation.requirement_rows
	@PYTHONPATH=tests $(BIN)/python -m documentation.variables
	@PYTHONPATH=tests $(BIN)/python -m documentation.reasons

lock: $(VENV)/.ready ## Generate requirements/*.txt from pyproject.toml and requirements/*.in
	@$(LOCK) pyproject.toml --extra dev -o requirements/dev.txt
	@$(LOCK) pyproject.toml --extra web --constraint requirements/dev.txt -o requirements/web.txt
	@for input in requirements/*.in; do $(LOCK) $$input -o $${input%.in}.txt; done

browser: ## Install Debian's chromium-headless-shell and firefox-esr for the browser tests (asks for root)
	@for browser in chromium-headless-shell firefox-esr; do command -v $$browser >/dev/null || { \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq --no-install-recommends $$browser; }; done
	@chromium-headless-shell --version; firefox-esr --version

firefox: $(VENV)/.ready ## Run the tests in Firefox, which the gate leaves out
	@$(BIN)/python -m pytest --quiet --beyond-the-gate tests/e2e/test_firefox.py

nginx: ## Install Debian's nginx for its tests, without its service (asks for root)
	@PATH="$$PATH:/usr/sbin"; command -v nginx >/dev/null || { \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq nginx; \
	  $$root systemctl disable --now --quiet nginx 2>/dev/null || true; }
	@PATH="$$PATH:/usr/sbin"; nginx -v

proxies: nginx ## Install Debian's nginx, HAProxy and Caddy for their tests, without their services (asks for root)
	@PATH="$$PATH:/usr/sbin"; for proxy in haproxy caddy; do command -v $$proxy >/dev/null || { \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq $$proxy; \
	  $$root systemctl disable --now --quiet $$proxy 2>/dev/null || true; }; done
	@PATH="$$PATH:/usr/sbin"; haproxy -v | head -n 1; caddy version

clients: ## Install Amazon's clients for Node.js, which judge the local Cognito (asks for root where npm is missing)
	@command -v npm >/dev/null || { \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq --no-install-recommends nodejs npm; }
	@cmp -s tests/clients/package-lock.json tests/clients/node_modules/.installed || { \
	  npm --prefix tests/clients ci --silent && \
	  cp tests/clients/package-lock.json tests/clients/node_modules/.installed; }
	@echo "node $$(node --version), amazon-cognito-identity-js and aws-amplify"

behaviours: $(VENV)/.ready .venv-behaviours/.ready ## Compare the local Cognito with moto, cognito-local and ministack (a minute; needs npm)
	@cmp -s tests/behaviours/cognito-local/package-lock.json tests/behaviours/cognito-local/node_modules/.installed || { \
	  npm --prefix tests/behaviours/cognito-local ci --silent && \
	  cp tests/behaviours/cognito-local/package-lock.json tests/behaviours/cognito-local/node_modules/.installed; }
	@PYTHONPATH=tests $(BIN)/python -m behaviours

.venv-behaviours/.ready: requirements/behaviours.txt
	@$(PYTHON) -m venv --clear .venv-behaviours
	@.venv-behaviours/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/behaviours.txt
	@touch $@

pictures: $(VENV)/.ready ## Update the pictures of docs/images with the browser tests
	@mkdir -p docs/images
	@$(BIN)/python -m pytest -q tests/e2e/test_browser.py tests/e2e/test_browser_sessions.py \
	  --screenshots docs/images
