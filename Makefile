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
UV := $(IN_VENV) -m uv
# With BUNDLE=archive of `make bundle` packages come from there, and nothing from a network.
UNPACKED := $(VENV)/bundle
# The same for every machine and Python, and without the address that the packages came from.
LOCKING := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
export VAR_DIR

.DEFAULT_GOAL := help
.PHONY: help bench bundle setup setup-dev run test mutate check-office screenshots messages lock sbom audit format

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
	$(IN_VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: export VAR_DIR := $(VAR_DIR)/bench
bench: setup-dev ## measure pages and writes side by side, on a made-up county; a few minutes
	$(IN_VENV) benchmarks/pages.py
	VAR_DIR=$(VAR_DIR)/projects $(IN_VENV) benchmarks/pages.py --projects
	VAR_DIR=$(VAR_DIR)/writes $(IN_VENV) benchmarks/writes.py

mutate: export VAR_DIR := $(VAR_DIR)/mutate
mutate: setup-dev ## do the tests bite? small faults in money, standing, posting, closing, access; an hour or two (ONLY=standing)
	$(IN_VENV) -m tests.mutation $(ONLY)

check-office: export VAR_DIR := $(VAR_DIR)/test
check-office: setup-dev ## open the settlement workbook in LibreOffice and compare what it recalculates
	$(IN_VENV) -m pytest tests/ledger/papers/check_office.py

screenshots: setup-dev ## pictures of the sample county's pages, into VAR_DIR/screenshots (ONLY=ranking,account), and those of README and handbook
	$(IN_VENV) -m tests.browser.screenshots $(if $(ONLY),--only $(ONLY)) $(if $(INTO),--into $(INTO))
	$(if $(ONLY)$(INTO),,$(IN_VENV) -m tests.browser.screenshots --only ranking,account,meeting --languages zh --wide --into docs/pictures)
	$(if $(ONLY)$(INTO),,$(IN_VENV) -m tests.browser.guide_pictures)

messages: setup-dev ## renew the Chinese catalogue, and print what still lacks a translation
	$(IN_VENV) -m tests.messages

lock: setup-dev ## after a change of the requirements: lock every file of every package by its hash
	$(UV) pip compile $(LOCKING) requirements.txt -o locks/run.txt
	$(UV) pip compile $(LOCKING) requirements-dev.txt -o locks/dev.txt

bundle: setup ## program, documents and every package in one archive with checksums, for machines without a network
	@rm -rf $(VAR_DIR)/bundle && mkdir -p $(VAR_DIR)/bundle/jiaozhang/wheels
	git archive HEAD | tar -x -C $(VAR_DIR)/bundle/jiaozhang
	for python in 3.11 3.12 3.13 3.14; do \
		$(IN_VENV) -m pip download --quiet --disable-pip-version-check --only-binary :all: --no-deps --require-hashes \
			--python-version $$python -r locks/run.txt -d $(VAR_DIR)/bundle/jiaozhang/wheels || exit 1; done
	cd $(VAR_DIR)/bundle/jiaozhang && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum > SHA256SUMS
	tar -cf $(VAR_DIR)/jiaozhang-bundle.tar -C $(VAR_DIR)/bundle jiaozhang
	@rm -rf $(VAR_DIR)/bundle && echo "$(VAR_DIR)/jiaozhang-bundle.tar: make setup BUNDLE=..."

sbom: setup-dev ## the list of what the program is made of (CycloneDX), into VAR_DIR/sbom.json
	@mkdir -p $(VAR_DIR)
	$(UV) tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements locks/run.txt \
		--output-file $(VAR_DIR)/sbom.json

audit: setup-dev ## ask for known holes in what is locked; needs the internet
	$(UV) tool run --quiet --from pip-audit==2.10.1 pip-audit --require-hashes --disable-pip --strict -r locks/run.txt

format: setup-dev ## bring the code into the one format
	$(IN_VENV) -m ruff format .
	$(IN_VENV) -m ruff check --fix .

# A stamp is written only after success, so an interrupted install starts over.
$(VENV)/.venv-stamp:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed" \
		"(Debian: apt-get install python3 python3-venv)."; exit 1; }
	@# One that works may be serving at this moment, so only a broken one is cleared.
	$(IN_VENV) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.run-stamp: locks/run.txt $(VENV)/.venv-stamp
	$(if $(BUNDLE),@rm -rf $(UNPACKED) && mkdir -p $(UNPACKED) && tar -xf $(BUNDLE) -C $(UNPACKED) --strip-components=1)
	$(if $(BUNDLE),@cd $(UNPACKED) && sha256sum --check --quiet SHA256SUMS)
	$(PIP) $(if $(BUNDLE),--no-index --find-links $(UNPACKED)/wheels) --require-hashes -r locks/run.txt
	@touch $@

$(VENV)/.dev-stamp: locks/dev.txt $(VENV)/.run-stamp
	$(PIP) --require-hashes -r locks/dev.txt
	@touch $@
