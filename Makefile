# make run    the program on http://127.0.0.1:8000/, with a sample county in an empty database
# make test   everything that must pass before a change is accepted
# Both need Python 3.11 or newer and nothing else; they may be repeated at any time.

VENV ?= .venv
VAR_DIR ?= var
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

IN_VENV := $(VENV)/bin/python
PIP := $(IN_VENV) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore
export VAR_DIR

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check-office screenshots messages format

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.run-stamp ## install what the program needs into $(VENV)

setup-dev: $(VENV)/.dev-stamp

run: setup ## serve on HOST:PORT; an empty database gets the sample county, or with SAMPLE=0 a code to found your own
	@$(IN_VENV) manage.py serve $(if $(filter 0,$(SAMPLE)),,--sample)

test: export VAR_DIR := $(VAR_DIR)/test
test: setup-dev ## lint, types, migrations, tests, browser tests
	$(IN_VENV) -m ruff format --check .
	$(IN_VENV) -m ruff check .
	$(IN_VENV) -m mypy units projects ledger manage.py
	$(IN_VENV) manage.py makemigrations --check --dry-run
	$(IN_VENV) tests/browser/chromium.py
	$(IN_VENV) -m pytest -n 2 --dist loadfile

check-office: export VAR_DIR := $(VAR_DIR)/test
check-office: setup-dev ## open the settlement workbook in LibreOffice and compare what it recalculates
	$(IN_VENV) -m pytest tests/office/check_office.py

screenshots: setup-dev ## pictures of the sample county's pages, into VAR_DIR/screenshots (ONLY=ranking,account), and those of README and handbook
	$(IN_VENV) -m tests.browser.screenshots $(if $(ONLY),--only $(ONLY)) $(if $(INTO),--into $(INTO))
	$(if $(ONLY)$(INTO),,$(IN_VENV) -m tests.browser.screenshots --only ranking,account,meeting --languages zh --wide --into docs/pictures)
	$(if $(ONLY)$(INTO),,$(IN_VENV) -m tests.browser.guide_pictures)

messages: setup-dev ## renew the Chinese catalogue, and print what still lacks a translation
	$(IN_VENV) -m tests.messages

format: setup-dev ## bring the code into the one format
	$(IN_VENV) -m ruff format .
	$(IN_VENV) -m ruff check --fix .

# A stamp is written only after success, so an interrupted install starts over.
$(VENV)/.venv-stamp:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed" \
		"(Debian: apt-get install python3 python3-venv)."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.run-stamp: requirements.txt $(VENV)/.venv-stamp
	$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.dev-stamp: requirements-dev.txt $(VENV)/.run-stamp
	$(PIP) -r requirements-dev.txt
	@touch $@
