# Two commands matter to a newcomer: make demo, make test. Both set up what they need, and are quick the second time.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench fuzz docs goldens examples lock
SHELL := /bin/sh
VENV := $(or $(AUDITOR_VENV),.venv)
PYTHON := $(VENV)/bin/python
# Byte code is kept, whatever the caller's shell says: the tests start the program hundreds of times.
KEPT := PYTHONDONTWRITEBYTECODE=

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## set up, then audit the simulated credit book: findings, verdict, where the reports are
	@scripts/bootstrap.sh run
	@REPORT=demo PYTHON=$(PYTHON) scripts/audit.sh credit_simulated

test: ## set up, then run the tests
	@scripts/bootstrap.sh dev
	@$(KEPT) $(PYTHON) -m pytest -n 2 --dist worksteal

check: ## set up, then everything else that a change must keep: style, types, layers, docs, the wheel
	@scripts/bootstrap.sh dev
	@PYTHON=$(PYTHON) scripts/check.sh

examples: ## set up, then audit all examples (real data: AUDITOR_DATA, ../shared/data, else fetched)
	@scripts/bootstrap.sh run
	@PYTHON=$(PYTHON) scripts/audit.sh

bench: ## set up, then measure what the benchmarks measure
	@scripts/bootstrap.sh dev
	@set -e; for bench in benchmarks/*.py; do echo "== $$bench"; $(PYTHON) "$$bench"; done

fuzz: ## set up, then feed the readers of policies, specifications, records and models over 10,000 mutated files
	@scripts/bootstrap.sh dev
	@AUDITOR_FUZZ=45 $(PYTHON) -m pytest tests/fuzz

docs: ## write the generated pages of docs/ again
	@scripts/bootstrap.sh dev
	@$(PYTHON) scripts/docs.py

goldens: ## write the expected texts and pages of the tests again; the diff is the review
	@scripts/bootstrap.sh dev
	@$(PYTHON) -m pytest -q -m golden --update-goldens
	@git --no-pager diff --stat -- tests

lock: ## resolve requirements/*.txt again (make lock UPGRADE=--upgrade: newer versions)
	@scripts/bootstrap.sh dev
	@scripts/lock.sh $(UPGRADE)
