# Every verb of the house. Needs Python 3.11 or newer and make; the rest it fetches.
# Tools are always called as `.venv/bin/python -m …`, so no shell has to be prepared for it.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

export HOST ?= 127.0.0.1
export PORT ?= 8000
ARGS ?=
WORKERS ?= auto

PY := .venv/bin/python
FLASK := $(PY) -m flask --app app
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
NPM := scripts/npm.sh
NPM_CI := $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
FOLDERS := domain models photos services web caregiver clinician api notifications demo exports \
	scripts tests benchmarks
OURS := $(wildcard app.py config.py gunicorn.conf.py) \
	$(patsubst %/,%,$(sort $(dir $(wildcard $(addsuffix /*.py,$(FOLDERS))))))
TEMPLATES := $(wildcard */templates)
PO_FILES := $(wildcard translations/*/LC_MESSAGES/*.po)
CATALOGUES := translations/messages.stamp

# Stamps: a second call is quick, a changed lock file brings only its own part up to date.
RUNTIME := .venv/runtime.stamp
DEV := .venv/dev.stamp
VENDOR := web/static/vendor/vendor.stamp
NODE_DEV := node_modules/dev.stamp

.PHONY: help run test check fix migrate notifier demo benchmark screenshots lock \
	setup setup-dev vendor translations lint types arrows browser-types schema

help: ## list the verbs
	@echo "Sirolog: diary and follow-up for sirolimus trials. make VERB, where VERB is"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# what links and Twilio's signatures are made of, unless a real address is given
run notifier: export PUBLIC_URL := $(or $(PUBLIC_URL),http://$(HOST):$(PORT))

run: setup ## set up what is missing, fill an empty database with the demo study, and serve it
	@mkdir -p var
	@$(FLASK) db upgrade
	@$(FLASK) demo --if-empty
	@echo
	@echo "Sirolog answers at http://$(HOST):$(PORT)  (Ctrl-C stops it; PORT=… HOST=… change it)"
	@$(FLASK) demo signins
	@exec $(PY) -m gunicorn --config gunicorn.conf.py "app:create_app()"

test: setup-dev ## run all tests, those in a browser too (ARGS="-k dose" chooses)
	@$(PY) scripts/get_browser.py >/dev/null
	@$(PY) -m pytest -n $(WORKERS) --maxprocesses 4 --dist worksteal $(ARGS)

check: lint types arrows browser-types schema test ## everything CI does

fix: $(DEV) ## format, and mend what can be mended
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@$(if $(TEMPLATES),$(PY) -m djlint --reformat --quiet $(TEMPLATES) || true) # 1 means: mended something

migrate: setup ## write a migration from the models: make migrate m="add bottle openings"
	@test -n "$(m)" || { echo 'Say what it does: make migrate m="add bottle openings"' >&2; exit 1; }
	@$(FLASK) db upgrade
	@$(FLASK) db migrate -m "$(m)"

notifier: setup ## send reminders: the heartbeat process
	@exec $(FLASK) notifier

demo: setup ## fill the database with the made-up study
	@$(FLASK) db upgrade
	@$(FLASK) demo

benchmark: setup-dev .venv-benchmark/benchmark.stamp ## measure against references in the same run
	@for name in $(notdir $(basename $(wildcard benchmarks/bench_*.py))); do \
		PYTHONPATH=tests $(PY) -m "benchmarks.$$name" || exit 1; \
	done

screenshots: setup-dev ## photograph the running demo for the README
	@$(PY) scripts/get_browser.py >/dev/null
	@$(PY) scripts/screenshots.py

lock: .venv-lock/lock.stamp ## pin requirements*.in and package.json anew
	@for name in requirements requirements-dev; do \
		.venv-lock/bin/python -m uv pip compile --quiet --universal --python-version 3.11 \
			--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
			$$name.in --output-file $$name.txt || exit 1; \
	done
	@$(NPM) install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

# --- parts of set-up -------------------------------------------------------------------------

setup: $(RUNTIME) $(VENDOR) $(CATALOGUES)

setup-dev: $(DEV) $(VENDOR) $(CATALOGUES)

vendor: $(VENDOR)

$(RUNTIME): requirements.txt
	@echo "Python packages …"
	@scripts/make_venv.sh .venv
	@$(PIP) --requirement requirements.txt
	@touch $@

# A superset of the above in the same folder; one install serves both.
$(DEV): requirements-dev.txt requirements.txt
	@echo "Python packages, those for tests and checks too …"
	@scripts/make_venv.sh .venv
	@$(PIP) --requirement requirements-dev.txt
	@touch $(RUNTIME) $@

$(VENDOR): package-lock.json scripts/vendor.py scripts/npm.sh | $(RUNTIME)
	@echo "Browser files …"
	@test -e $(NODE_DEV) -a $(NODE_DEV) -nt package-lock.json || $(NPM_CI) --omit=dev
	@$(PY) scripts/vendor.py
	@touch $@

$(NODE_DEV): package-lock.json | $(RUNTIME)
	@echo "Type checker for browser code …"
	@$(NPM_CI)
	@touch $@

translations: $(CATALOGUES)

$(CATALOGUES): $(PO_FILES) scripts/compile_translations.py | $(RUNTIME)
	@$(PY) scripts/compile_translations.py
	@touch $@

.venv-benchmark/benchmark.stamp: $(wildcard benchmarks/requirements.txt)
	@PYTHON="$(PYTHON)" scripts/make_venv.sh .venv-benchmark
	@$(if $^,.venv-benchmark/bin/python -m pip install --quiet --requirement $<)
	@touch $@

.venv-lock/lock.stamp:
	@scripts/make_venv.sh .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@touch $@

# --- parts of check --------------------------------------------------------------------------

lint: $(DEV)
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(if $(TEMPLATES),$(PY) -m djlint --check --lint --quiet $(TEMPLATES))

types: $(DEV)
	@$(PY) -m mypy $(OURS)
	@$(PY) -m pyright

arrows: $(DEV)
	@$(PY) -c "from importlinter.cli import lint_imports_command as check; check()" --no-logo

browser-types: $(NODE_DEV) $(VENDOR)
	@$(NPM) run --silent types

schema: setup
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
		export DATABASE_URL="sqlite:///$$folder/check.db" && $(FLASK) db upgrade && $(FLASK) db check
