# Every target builds .venv when it is missing.  `make help` lists the targets.
# On another Python, in an environment beside it: make TARGET PYTHON=python3.N VENV=.venv-3.N
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO_VENV := .venv-demo
PACKAGES_VENV := .venv-packages
LOCAL_VENV := $(if $(wildcard $(VENV)/.ready),$(VENV),$(DEMO_VENV))
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "authcore needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
# A further environment is filled by the uv of the first, in a fifth of pip's time.
UV := $(if $(filter-out .venv,$(VENV)),$(wildcard .venv/bin/uv))
INSTALL := $(if $(UV),$(UV) pip install --python $(BIN)/python,$(BIN)/pip install --disable-pip-version-check)
SITE := .venv-docs
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-strip-extras
SOURCES := src entrypoints deploy/functions tests examples
# Two more than processors: two fifths of a worker's time are waiting, for browsers and servers.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
SECONDS ?= 60
TOKENS ?= 200000
SEED ?= 1
SAMPLE ?= 300
USERS ?= 1000000
# The Lambda runtime that `make package` builds for; bytecode is of one minor version.
RUNTIME ?= 3.13
COVERAGE ?=
# Folders in the order of their names: the units, of which no file takes long, come last.
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
# Without bytecode each worker, and each program that a test starts, would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' $(MAKEFILE_LIST))

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.ready ## Build .venv from the hash-locked requirements

$(VENV)/.ready: requirements/dev.txt pyproject.toml entrypoints/authcore_local/pyproject.toml
	@$(CHECK_PYTHON)
	@echo "building $(VENV) (about a minute, once)"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(INSTALL) --quiet --require-hashes -r requirements/dev.txt
	@$(INSTALL) --quiet --no-deps --no-build-isolation --editable . --editable entrypoints/authcore_local
	@touch $@

# The demo needs a fifth of what the tests need: without .venv it gets an environment of its own.
$(DEMO_VENV)/.ready: requirements/local.txt
	@$(CHECK_PYTHON)
	@echo "building $(DEMO_VENV) (about a minute, once)"
	@$(PYTHON) -m venv --clear $(DEMO_VENV)
	@$(DEMO_VENV)/bin/pip install --quiet --disable-pip-version-check --no-compile --require-hashes \
	  -r requirements/local.txt
	@touch $@

demo: $(LOCAL_VENV)/.ready ## Start the whole system on loopback, for a browser (DEMO="--help" lists options)
	@PYTHONPATH=src:entrypoints $(LOCAL_VENV)/bin/python -m authcore_local.demo $(DEMO)

tour: $(LOCAL_VENV)/.ready ## Run the same path without a browser; exit 0 only if every hop was right
	@PYTHONPATH=src:entrypoints $(LOCAL_VENV)/bin/python -m authcore_local.tour

two-pools: $(LOCAL_VENV)/.ready ## Move users from one local pool to another; exit 0 only if every step was right
	@PYTHONPATH=src:entrypoints $(LOCAL_VENV)/bin/python -m authcore_local.two_pools_demo

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
	@PYTHONPATH=tests:deploy/functions $(BIN)/python -m bench --tokens $(TOKENS)

move-bench: $(VENV)/.ready ## Plan a move of USERS=1000000 from SQLite, killed twice and continued; print rate and memory (3 minutes)
	@PYTHONPATH=tests $(BIN)/python -m bench.moves --users $(USERS)

faults: $(VENV)/.ready ## Run what the gate leaves out, then the fault-injection suite; print a summary (an hour; 45 minutes with SECONDS=2)
	@$(BIN)/python -m pytest --quiet --beyond-the-gate
	@PYTHONPATH=tests $(BIN)/python -m faults --seconds $(SECONDS)

mutants: $(VENV)/.ready ## Change the code in SAMPLE=300 places, one at a time; print what no unit or property test notices (7 minutes)
	@PYTHONPATH=tests $(BIN)/python -B -m mutants --seed $(SEED) --sample $(SAMPLE) \
	  --workers $(WORKERS)

tables: $(VENV)/.ready ## Generate the tables of docs/ from tests, settings and reason codes
	@PYTHONPATH=tests $(BIN)/python -m documentation.requirement_rows
	@PYTHONPATH=tests $(BIN)/python -m documentation.variables
	@PYTHONPATH=tests $(BIN)/python -m documentation.reasons
	@PYTHONPATH=tests $(BIN)/python -m documentation.checks
	@PYTHONPATH=tests $(BIN)/python -m documentation.legacy_checks
	@PYTHONPATH=tests $(BIN)/python -m documentation.move_reasons
	@PYTHONPATH=tests $(BIN)/python -m documentation.diagrams
	@PYTHONPATH=tests $(BIN)/python -m documentation.permissions
	@PYTHONPATH=tests $(BIN)/python -m documentation.runbook

curves: $(VENV)/.ready ## Simulate a move of ten million users; draw the curves and tables of docs/capacity.md
	@PYTHONPATH=tests:deploy/functions $(BIN)/python -m simulation.curves

docs: $(SITE)/.ready ## Build the site of docs/ in build/site; fails after any warning or broken link
	@PYTHONPATH=src:entrypoints:tests $(SITE)/bin/python -m documentation.site

$(SITE)/.ready: requirements/docs.txt | $(VENV)/.ready
	@echo "building $(SITE) (once)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(SITE)
	@$(BIN)/uv pip install --quiet --python $(SITE)/bin/python --require-hashes -r $<
	@touch $@

cognito-model: $(VENV)/.ready ## List what the newest botocore's model of cognito-idp has that the recorded one has not (RECORD=on records the locked one)
	@$(if $(RECORD),PYTHONPATH=tests $(BIN)/python -m cognito_model --record \
	  "$$($(BIN)/python -c 'import botocore, os; print(os.path.dirname(botocore.__path__[0]))')", \
	newest=$$(mktemp -d) && trap 'rm -rf "$$newest"' EXIT && \
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --target "$$newest" botocore && \
	ls -d "$$newest"/botocore-*.dist-info | sed 's|.*/botocore-\(.*\).dist-info|botocore \1|' && \
	PYTHONPATH=tests $(BIN)/python -m cognito_model "$$newest")

lock: $(VENV)/.ready ## Generate requirements/*.txt from pyproject.toml and requirements/*.in
	@$(LOCK) pyproject.toml --extra dev -o requirements/dev.txt
	@$(LOCK) pyproject.toml --extra web --constraint requirements/dev.txt -o requirements/web.txt
	@for input in requirements/*.in; do case $$input in \
	  requirements/bench-*|requirements/behaviours.in|requirements/deploy.in) $(LOCK) $$input -o $${input%.in}.txt;; \
	  requirements/docs.in|requirements/local.in) $(LOCK) pyproject.toml --extra web --extra cli $$input \
	    --constraint requirements/dev.txt -o $${input%.in}.txt;; \
	  *) $(LOCK) $$input --constraint requirements/dev.txt -o $${input%.in}.txt;; esac; done

package: $(VENV)/.ready ## Build the zips of the Lambda functions in build/package, for x86_64 and arm64 (RUNTIME=3.13)
	@python=$$(.ci/python-of $(RUNTIME)); \
	[ -n "$$python" ] || { echo "package: python$(RUNTIME) compiles the bytecode, and is not here; try RUNTIME=3.N" >&2; exit 1; }; \
	PYTHONPATH=deploy/functions $(BIN)/python -m lambda_zips --python "$$python"

$(PACKAGES_VENV)/.ready: requirements/packages.txt | $(VENV)/.ready
	@$(PYTHON) -m venv --clear --without-pip $(PACKAGES_VENV)
	@$(BIN)/uv pip install --quiet --python $(PACKAGES_VENV) --require-hashes -r requirements/packages.txt
	@touch $@

dist: $(PACKAGES_VENV)/.ready ## Build both distributions in dist, and check them in clean environments (a minute)
	@rm -rf dist
	@for project in . entrypoints/authcore_local; do $(BIN)/uv build --quiet --no-build-isolation -o dist $$project; done
	@$(PACKAGES_VENV)/bin/twine check --strict dist/*.whl dist/*.tar.gz
	@PYTHONPATH=tests $(BIN)/python -m distributions.clean_installs dist

sbom: $(PACKAGES_VENV)/.ready ## Write the bills of materials of image and functions to build/sbom (CycloneDX)
	@mkdir -p build/sbom
	@for lock in web user-migration account-linking authorizer web-function local; do \
	  PYTHONWARNINGS=ignore::UserWarning $(PACKAGES_VENV)/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
	    --of JSON -o build/sbom/$$lock.cdx.json requirements/$$lock.txt && echo build/sbom/$$lock.cdx.json; done

floors: $(VENV)/.ready ## Run unit and door tests with the oldest libraries that pyproject.toml allows (2 minutes)
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-floors
	@$(BIN)/uv pip compile --quiet --resolution lowest-direct --extra web --extra cli --extra otel --extra sql pyproject.toml requirements/local.in \
	  -o .venv-floors/floors.txt
	@$(BIN)/uv pip install --quiet --python .venv-floors -r .venv-floors/floors.txt \
	  django fastapi flask hypothesis litestar 'psycopg[binary]' pycognito==2024.5.1 'pytest>=9' pytest-socket standardwebhooks websockets
	@PYTHONPATH=src:entrypoints .venv-floors/bin/python -m pytest --quiet tests/unit tests/doors/test_web_*.py \
	  tests/doors/test_guards.py tests/doors/test_lambda_web.py

container: $(PACKAGES_VENV)/.ready ## Check deploy/Containerfile: hadolint, and its steps on this machine, without an engine
	@$(PACKAGES_VENV)/bin/hadolint --failure-threshold style deploy/Containerfile
	@$(BIN)/python -m pytest --quiet --beyond-the-gate tests/distributions/test_container.py

deploy-check: .venv-deploy/.ready .venv-behaviours/.ready ## Check deploy/ without an account: SAM's transform, cfn-lint, checkov, a stack in ministack; Terraform's example
	@PYTHONPATH=tests .venv-deploy/bin/python -m deploy.transform build/deploy/template.json
	@.venv-deploy/bin/cfn-lint deploy/template.yaml build/deploy/template.json
	@.venv-deploy/bin/checkov --config-file deploy/checkov.yaml --file build/deploy/template.json
	@PYTHONPATH=tests:deploy/functions $(BIN)/python -m deploy.emulated_stack build/deploy/template.json
	@PYTHONPATH=tests .venv-deploy/bin/python -m deploy.terraform_check
	@.venv-deploy/bin/checkov --config-file deploy/checkov.yaml --directory deploy/terraform
	@if command -v terraform >/dev/null; then terraform fmt -check -diff -recursive deploy/terraform; \
	  else echo "deploy-check: no terraform on this machine, deploy/terraform is parsed by hcl2 alone"; fi
	@echo "deploy-check: no findings"

deploy-parameters: $(VENV)/.ready ## Say what is wrong with the parameters of a deployment (FILE=deploy/parameters.json)
	@PYTHONPATH=tests:deploy/functions $(BIN)/python -m deploy.parameters_check $(or $(FILE),deploy/parameters.json)

.venv-deploy/.ready: requirements/deploy.txt | $(VENV)/.ready
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-deploy
	@$(BIN)/uv pip install --quiet --python .venv-deploy/bin/python --require-hashes -r $<
	@touch $@

alerts: ## Check the alert rules by Prometheus' own promtool, and run their tests (installs it; asks for root)
	@command -v promtool >/dev/null || { \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq --no-install-recommends prometheus; \
	  $$root systemctl disable --now --quiet prometheus 2>/dev/null || true; }
	@cd deploy/observability && promtool check rules alerts.yaml && promtool test rules alerts_test.yaml

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

postgresql: ## Install Debian's PostgreSQL for its tests, without its service (asks for root)
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && $$root apt-get install -y -qq --no-install-recommends postgresql; \
	  $$root systemctl disable --now --quiet postgresql 2>/dev/null || true; }
	@"$$(ls /usr/lib/postgresql/*/bin/postgres | tail -n 1)" --version

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

.venv-behaviours/.ready: requirements/behaviours.txt | $(VENV)/.ready
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv-behaviours
	@$(BIN)/uv pip install --quiet --python .venv-behaviours/bin/python --require-hashes -r $<
	@touch $@

pictures: $(VENV)/.ready ## Update the pictures of docs/images with the browser tests
	@mkdir -p docs/images
	@$(BIN)/python -m pytest -q tests/e2e/test_browser.py tests/e2e/test_browser_sessions.py \
	  tests/e2e/test_browser_start_page.py tests/e2e/test_browser_report.py --screenshots docs/images
