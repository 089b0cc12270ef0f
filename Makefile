# Everything that Orion needs is installed into .venv/; a machine with python3 (3.11 to 3.13) and make is enough.
# Only relative names: the project may stand in a folder with a space in its path.

PYTHON = .venv/bin/python
READY = .venv/.installed
CLIENTS = .orion/clients/.installed
DICTIONARIES = .orion/dictionaries/.installed
SEEDS ?= 1,2,3
STEPS ?= 30
SEED ?= 1
EXAMPLES ?= 200
# The rules, the house and the till; all others need longer than one waits for.
QUICK = tests/architecture tests/loyalty/till tests/loyalty/customers tests/loyalty/cards \
	tests/loyalty/ledger/test_rules.py tests/loyalty/ledger/operations/test_earn.py tests/loyalty/ledger/operations/test_redeem.py

COVERAGE = --cov --cov-report=term:skip-covered --cov-fail-under=90
# A path, or else an expression of names: ONLY="void and not merge".
SELECTED = $(if $(filter tests/%,$(ONLY)),$(ONLY),-k "$(ONLY)")

# Where it is set, each process that a test starts compiles all modules anew.
unexport PYTHONDONTWRITEBYTECODE

# The longest first: two at a time.
LINTS = lint-types lint-sentences lint-floors lint-templates lint-code

.DEFAULT_GOAL = help
.PHONY: run translate test coverage check lint $(LINTS) bench bench-growth mutants simulate fuzz clients strings install-check chaos upgrade-test sbom release-check messages spelling migration psql clean help

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' Makefile

run: $(READY) ## Orion on this machine, with a demo world; Ctrl-C stops it
	@exec $(PYTHON) -m backend.cli dev

translate: $(READY) ## the same, and how to look up and change the sentences of a page in it
	@exec $(PYTHON) -m backend.cli translate

test: $(READY) $(if $(ONLY),,lint) ## every check and every test; ONLY=tests/loyalty/ledger just these tests
	@ORION_CHROMIUM="$$(.ci/browser)" && export ORION_CHROMIUM && \
	exec $(PYTHON) -m pytest -n 3 --dist worksteal $(if $(ONLY),$(SELECTED))

coverage: $(READY) ## every test, and what of the backend none of them reaches: at least 90 % are; half as long again
	@ORION_CHROMIUM="$$(.ci/browser)" && export ORION_CHROMIUM && \
	exec $(PYTHON) -m pytest -n 3 --dist worksteal $(COVERAGE)

check: $(READY) lint ## lint, types, floors, catalogs, the rules and the till, in less than a minute
	@exec $(PYTHON) -m pytest -n 2 -q -m "not slow and not browser" $(QUICK)

lint: $(READY)
	@$(MAKE) --no-print-directory -j2 $(LINTS)

lint-code: $(READY)
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

lint-types: $(READY)
	@$(PYTHON) -m mypy

lint-floors: $(READY)
	@.venv/bin/lint-imports

lint-templates: $(READY)
	@$(PYTHON) -m djlint --quiet backend frontend

lint-sentences: $(READY)
	@$(PYTHON) -m backend.cli i18n check

bench: $(READY) ## the benchmarks, as a table
	@exec $(PYTHON) -m benchmarks

mutants: $(READY) ## plants faults in the ledger and expects the tests to notice each of them
	@exec $(PYTHON) -m tests.mutants

simulate: $(READY) ## a day of faults for each of SEEDS=1,2,3: the ledger must add up after every step
	@SIMULATION_SEEDS=$(SEEDS) SIMULATION_STEPS=$(STEPS) exec $(PYTHON) -m pytest -q tests/properties/test_simulation.py

fuzz: $(READY) ## asks every operation of the API EXAMPLES=200 times, valid and invalid: each answer must be a promised one; SEED=2
	@FUZZ_SEED=$(SEED) FUZZ_EXAMPLES=$(EXAMPLES) exec $(PYTHON) -m pytest -n 2 -q tests/schemathesis

install-check: $(READY) ## installs with every Python, oldest pip and uv, after a change of requirements.lock; takes minutes
	@exec $(PYTHON) -m tests.install

chaos: $(READY) ## everything goes wrong while tills book, once for each of SEEDS=1,2,3 or COUNT=200; half a minute each
	@exec $(PYTHON) -m tests.chaos $(if $(COUNT),--count $(COUNT),--seeds $(SEEDS))

upgrade-test: $(READY) ## an older version is replaced by this one while tills book; takes a minute
	@exec $(PYTHON) -m tests.upgrade

sbom: $(READY) ## .orion/sbom.json: every package in .venv, as CycloneDX; the image has its own
	@.ci/sbom

clients: $(READY) $(CLIENTS) ## lints the API's document, compiles clients in three languages, runs them; after a change of the API; takes minutes
	@exec $(PYTHON) -m tests.clients

strings: $(READY) ## where each sentence shows: i18n/strings.json, and .orion/strings.zip with pictures for translators; ten minutes
	@ORION_CHROMIUM="$$(.ci/browser)" && export ORION_CHROMIUM && exec $(PYTHON) -m tests.strings

bench-growth: $(READY) ## what a ledger of ten million transactions costs; needs 20 GB of disk, half an hour
	@exec $(PYTHON) -m benchmarks growth

migration: $(READY) ## an empty revision of today: make migration NAME=refunds
	@test -n "$(NAME)" || { echo "NAME is missing: make migration NAME=refunds"; exit 2; }
	@exec $(PYTHON) -m alembic -c migrations/alembic.ini revision --rev-id "$$(date -u +%Y_%m_%d)_$(NAME)" -m "$(NAME)"

psql: $(READY) ## psql on the database of the running `make run`
	@exec $(PYTHON) -m backend.cli psql

release-check: $(READY) ## what a release needs beyond `make test`: every sentence translated and reviewed in every language
	@exec $(PYTHON) -m backend.cli i18n check --release

messages: $(READY) ## brings the translation catalogs up to date with the code
	@$(PYTHON) -m backend.cli i18n extract
	@exec $(PYTHON) -m backend.cli i18n update

spelling: $(READY) $(DICTIONARIES) ## looks up every word of the translations; after a change of one; half a minute the first time
	@exec $(PYTHON) -m tests.spelling

clean: ## removes what was installed and made here, the demo world too
	rm -rf .venv .orion .coverage .coverage.* htmlcov .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml .ci/install
	@.ci/install

$(CLIENTS): tests/clients/requirements.lock tests/clients/package-lock.json .ci/clients
	@.ci/clients

$(DICTIONARIES): tests/spelling/package-lock.json .ci/dictionaries
	@.ci/dictionaries
