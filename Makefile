# Lockstep. `make help` lists the verbs.

SHELL := /bin/sh

# What a user says reaches `lockstep` through the environment, as it was typed: expanded neither by make nor by a shell,
# since a folder may have `$`, quotes, blanks or backticks in its name. LOCKSTEP_CALLED_BY=make has it read from there.
OPTIONS := STUDY DATA RENDERER JOURNAL NAME SINCE AUTHOR FORCE UNPRINTED VALUES RUN FOLDER DICTIONARY TIME EVENT BY ID UNIT HEADER_ROW SHEET TITLE LINK ALL PYTHON
$(foreach name,$(OPTIONS),$(eval override $(name) := $$(value $(name))))
export $(OPTIONS)

VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
CODE := lockstep analysis tests

# The first Python that is new enough; PYTHON=... chooses another.
FIRST_PYTHON = $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
CHOSEN_PYTHON = $${PYTHON:-$(FIRST_PYTHON)}

export PYTHONDONTWRITEBYTECODE :=
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help cohort reference reference-check test test-all test-slow lint types bench clean quarto reference-docx lock-requirements

help:  ## list the verbs
	@echo "Lockstep: a manuscript that moves in lockstep with the data. Verbs (those of .venv/bin/lockstep, and of this checkout):"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 26
	@echo
	@echo "Options: STUDY=folder (another study), DATA=file (report, results, data: try this data file), RENDERER=auto|builtin|quarto,"
	@echo "         NAME and SINCE (of a lock), AUTHOR (of a redline), JOURNAL=name, PYTHON=python3.12"

# The program of this checkout, also where .venv is a link to another one's.
LOCKSTEP := LOCKSTEP_CALLED_BY=make $(PY) -m lockstep
VERBS := new report watch html results data check trace audit lock changes redline draft profile
.PHONY: $(VERBS)
$(VERBS): $(INSTALLED)
	@$(LOCKSTEP) $@

new:  ## write the folder of a new study, FOLDER=..., from a data file, DATA=...; TIME=, EVENT=, BY=, ID=, UNIT=, HEADER_ROW=, SHEET=, TITLE= say what is what
report:  ## build report.pdf, report.docx and results.json in build/
watch:  ## build the report again whenever a file is saved, until Ctrl-C
html:  ## write build/report.html, where each printed result shows its source
results:  ## compute build/results.json alone
data:  ## list all faults and queries of the data: build/data.html, data-queries.csv; VALUES=1: with ids and values of patients
check:  ## check that the claims hold and each number comes from a result; JOURNAL=name: hold a journal's rules against a draft; RUN=0: run no code
trace:  ## follow each printed number back to its result; UNPRINTED=1 lists the results that are nowhere
audit:  ## compare data/published.csv with the results: the score, and build/audit.html
lock:  ## freeze the report, with the results that it prints, as locks/NAME
changes:  ## say what changed since a lock (SINCE=name, else the newest): build/changes.html, .docx, .json
redline:  ## write build/redline.docx: the report, its changes since a lock tracked (SINCE=name, else the newest)
draft:  ## make the folder to upload to a journal, build/drafts/JOURNAL, and its archive; FORCE=1 although rules fail
profile:  ## write _quarto-JOURNAL.yml, for `quarto render --profile JOURNAL` by hand

test: $(INSTALLED)  ## run the tests, but for the slow ones (under three minutes on two cores); ALL=1 runs them too
	@$(PY) -m pytest -n auto --dist worksteal $(if $(filter-out 0,$(ALL)),,-m "not slow")

test-all: $(INSTALLED)  ## run all tests: also those that build, draft or kill many times
	@$(MAKE) --no-print-directory test ALL=1

test-slow: $(INSTALLED)  ## run the tests that `make test` leaves out
	@$(PY) -m pytest -n auto --dist worksteal -m slow

cohort: $(INSTALLED)  ## make data/cohort.csv again, the same bytes, and verify it (about a minute)
	@$(PY) -m analysis.simulation

# $(call in_r,FOLDER): R computes the reference values and writes them to FOLDER/values and FOLDER/data.
R_IS_HERE := Rscript -e 'quit(status = !all(sapply(c("survival", "cmprsk"), requireNamespace, quietly = TRUE)))' >/dev/null 2>&1
in_r = Rscript tests/reference/study.R data/cohort.csv $(1)/values && Rscript tests/reference/datasets.R $(1) && \
	Rscript tests/reference/outcomes.R $(1) && Rscript tests/reference/cox.R $(1) && \
	Rscript tests/reference/splines.R $(1) && \
	Rscript tests/reference/competing_risks.R $(1) && Rscript tests/reference/follow_up.R $(1) && \
	Rscript tests/reference/composite.R $(1) && \
	Rscript tests/reference/characteristics.R $(1) && \
	Rscript tests/reference/adjustment.R $(1) && Rscript tests/reference/adjustment_packages.R $(1) && \
	Rscript tests/reference/confounding.R $(1) && \
	Rscript tests/reference/competing_study.R tests/studies/competing/data/mgus.csv $(1)/values && \
	Rscript tests/reference/registry.R tests/studies/registry/data/rotterdam.csv $(1)/values && \
	Rscript tests/reference/trial_study.R tests/studies/trial/data/trial.csv $(1)/values && \
	Rscript tests/reference/implants.R tests/studies/implants/data/implants.csv $(1)/values

reference:  ## compute the reference values of tests/reference again, with R
	@$(R_IS_HERE) || { \
		echo "R with its packages survival and cmprsk was not found; the committed values stay as they are."; \
		echo "Install it (on Debian and Ubuntu: apt-get install --no-install-recommends r-base-core r-cran-survival r-cran-cmprsk)."; exit 1; }
	@$(call in_r,tests/reference)
	@echo "tests/reference/values: written"

reference-check: $(INSTALLED)  ## say whether the committed reference values are those of R now (where R is installed)
	@if $(R_IS_HERE); then \
		folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && mkdir "$$folder/values" "$$folder/data" && \
		{ $(call in_r,"$$folder"); } && $(PY) tests/reference_values.py "$$folder"; \
	else echo "R with its packages survival and cmprsk was not found: the tests compare with the committed values only."; fi

lint: $(INSTALLED)  ## check style and format
	@$(PY) -m ruff check $(CODE)
	@$(PY) -m ruff format --check $(CODE)

types: $(INSTALLED)  ## check types
	@$(PY) -m mypy

bench: $(INSTALLED)  ## time each stage, in multiples of importing pandas, lifelines and matplotlib
	@$(PY) tests/bench.py

quarto: $(INSTALLED)  ## install the Quarto CLI into .venv (optional; downloads its program)
	@$(PY) -m pip install quarto-cli

reference-docx: $(INSTALLED)  ## build lockstep/templates/reference.docx, the styles of the Word file
	@$(PY) -m lockstep.word_layout.reference_document

lock-requirements:  ## resolve what pyproject.toml needs into requirements.lock (needs uv)
	@uv pip compile --quiet pyproject.toml --all-extras --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --output-file requirements.lock

clean:  ## remove everything that was generated
	rm -rf build $(VENV) .pytest_cache .hypothesis .mypy_cache .ruff_cache .quarto report_files

# The environment, installed once: again only when the lock changes. Without build isolation, a package that comes as
# source is built with the setuptools of the lock, which is installed first: no byte comes in without its hash. Last
# comes this checkout itself, by links, so that .venv/bin/lockstep and notebooks find it.
PIP_INSTALL = $(PY) -m pip install --quiet --require-hashes
$(INSTALLED): requirements.lock
	@"$(CHOSEN_PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Lockstep needs Python 3.11 or newer; '$(CHOSEN_PYTHON)' is not. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@"$(CHOSEN_PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(CHOSEN_PYTHON) has no 'venv' module. Install it (on Debian and Ubuntu: apt-get install python3-venv), then run make again."; exit 1; }
	@test ! -L $(VENV) || { \
		echo "$(VENV) is a link to another folder's environment, which setting it up here would empty. Remove the link, or bring"; \
		echo "that environment up to date where it stands; if it is so already: touch $(INSTALLED)"; exit 1; }
	@echo "Setting up .venv (once, about a minute) ..."
	@"$(CHOSEN_PYTHON)" -m venv --clear $(VENV)
	@{ sed -n '/^setuptools==/,/[^\\]$$/p' requirements.lock > $(VENV)/build.lock && \
		$(PIP_INSTALL) --only-binary :all: --requirement $(VENV)/build.lock && \
		$(PIP_INSTALL) --use-pep517 --no-build-isolation --requirement requirements.lock && \
		$(PY) -m pip install --quiet --no-index --no-deps --no-build-isolation --editable .; } || { \
		rm -rf $(VENV); echo "The packages of requirements.lock could not be installed (see above); .venv was removed. Run make again."; exit 1; }
	@touch $@
