.PHONY: run test check suite cover sim slow hostile force bench snap-update screenshots lock clean
SHELL := /bin/bash
PYTHON ?= python3.11
PY := .venv/bin/python
export PYTHONHASHSEED ?= 0
# The suite starts hundreds of processes: none of them compiles the program anew.
unexport PYTHONDONTWRITEBYTECODE
# What is run under coverage, and so not a second time.
COVERED := tests/engine tests/model tests/commands/test_reconcile.py tests/properties/test_order_machine.py \
	tests/proof/test_chain_program.py

run: .venv/.run        ## the desk's session on the bundled demo data
	.venv/bin/ytc run --demo

test: .venv/.dev       ## lint, types, floors, the whole suite, and that it tries every branch of what may not be missed
	@$(MAKE) --no-print-directory -j3 --output-sync=target check suite cover

suite: .venv/.dev      ## every test but those that `cover` runs
	$(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder -q $(addprefix --ignore=,$(COVERED))

check: .venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-cache

cover: .venv/.dev      ## every branch of gate, order machine, reconciliation and chain is tried by a test
	$(PY) -m coverage run -m pytest -q $(COVERED)
	$(PY) -m coverage report

sim: .venv/.dev        ## N simulated sessions from seed SEED on, each judged by every invariant
	$(PY) -m tests.world --worlds $(or $(N),2000) --from $(or $(SEED),0)

hostile: .venv/.dev    ## thousands of hostile texts through every place where foreign text comes in (minutes)
	$(PY) -m pytest -n 2 -q -m "slow or not slow" tests/hostile tests/journeys/test_canary.py

slow: .venv/.dev       ## the tests that take minutes
	$(PY) -m pytest -n 2 -q -m slow

force: .venv/.dev      ## kills, traced sends, dropped terminals; KILLS, CORE_KILLS, SENDS, DROPS of them
	$(PY) -m tests.force --engines $(or $(KILLS),1000) --cores $(or $(CORE_KILLS),10000) \
		--sends $(or $(SENDS),400) --terminals $(or $(DROPS),1000)

snap-update: .venv/.dev  ## new pictures of the screens; look at each before it is committed
	$(PY) -m pytest -q tests/screens --snapshot-update

screenshots: .venv/.dev  ## docs/screens and docs/desk.svg: every screen of the real desk on the demo
	$(PY) docs/screenshots.py

bench: .venv/.dev      ## every benchmark, each with its baseline in the same run
	$(PY) -m benchmarks

lock:                  ## resolve again (needs uv); commit the result
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml --group build --group dev -o requirements-dev.lock

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.run: .venv/bin/python requirements.lock pyproject.toml
	@test -f .venv/.dev || $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/.dev: .venv/bin/python requirements-dev.lock pyproject.toml
	$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(PY) -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache
