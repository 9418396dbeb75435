# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# make demo    try the collection: needs only Python 3.11 to 3.13 and a POSIX shell
# make quick   what answers within half a minute
# make test    everything that CI runs
# make help    all the targets

# PYTHON=/path/to/python3 chooses the interpreter. ARGS="..." is passed on to the tool behind a target.
# PORT=8080 chooses the sandbox's port. NAME=lost-answer chooses a fault for make fault; NAME=none clears them.
# CORE=2.20.10 chooses the ansible-core of make core; noxfile.py lists them.
PORT ?= 0
ARGS =
NAME =
CORE ?= 2.19.14

# Of pyenv's shims most exit with 127, and Debian's Python may lack ensurepip: only a try shows which one works.
PYENV = $(shell pyenv root 2>/dev/null)/versions
PYTHON ?= $(shell for python in \
	$(foreach name,3.13 3.12 3.11,$(wildcard $(PYENV)/$(name).*/bin/python3) python$(name)) python3; do \
	"$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	command -v "$$python" && break; done)
NO_PYTHON = Python 3.11, 3.12 or 3.13 with its venv module is needed; name one: make demo PYTHON=/path/to/python3
REQUIREMENTS = tests/requirements
make_venv = rm -rf $(1) && "$(or $(PYTHON),$(error $(NO_PYTHON)))" -m venv $(1) && \
	$(1)/bin/pip install --quiet --disable-pip-version-check --no-input -r $(2) -c $(3) && touch $(1)/ready

NOX = @.venv-nox/bin/nox --session
SANDBOX = @PYTHONPATH=tests/sandbox PYTHONDONTWRITEBYTECODE=1 .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help demo sandbox fault quick test test-all lint typing unit scenarios tools-tests sandbox-tests integration \
	integration-playbooks integration-targets core oldest-core sanity docs guides bench docs-lint ansible-lint \
	artifact seeded-faults pins clean

help: ## show the targets
	@echo "Targets of the collection hostup.cloud:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-30s %s\n", $$1, $$2 }'

.venv/ready: $(REQUIREMENTS)/runtime.txt $(REQUIREMENTS)/constraints.txt tests/sandbox/requirements.txt
	@echo "Setting up .venv, once: about half a minute." && $(call make_venv,.venv,$<,$(REQUIREMENTS)/constraints.txt)

.venv-nox/ready: $(REQUIREMENTS)/nox.txt $(REQUIREMENTS)/nox-constraints.txt
	@echo "Setting up nox, once." && $(call make_venv,.venv-nox,$<,$(REQUIREMENTS)/nox-constraints.txt)

demo: .venv/ready ## try it: plan, apply, and nothing left to do, against a sandbox
	@.venv/bin/python tests/tools/demo.py

sandbox: .venv/ready ## run the HostUp stand-in in the foreground (PORT=, ARGS=)
	$(SANDBOX) hostup_sandbox --port $(PORT) $(ARGS)

fault: .venv/ready ## list the ready-made faults, or switch one on in the running sandbox (NAME=)
	$(SANDBOX) hostup_sandbox.fault $(NAME)

quick: .venv-nox/ready ## what answers within half a minute: style, unit tests, and scenarios but for the fault matrix (ARGS=)
	$(NOX) quick -- $(ARGS)

test: .venv-nox/ready ## everything that CI runs
	$(NOX) test

test-all: .venv-nox/ready ## the same, every supported ansible-core, and the long search for counterexamples
	$(NOX) test-all

lint: .venv-nox/ready ## formatting, style, spelling, YAML, shell, licence headers, changelog
	$(NOX) lint license-check extra-checks

typing: .venv-nox/ready ## mypy
	$(NOX) typing

unit: .venv-nox/ready ## unit tests; with branch coverage, unless ARGS= chooses some
	$(NOX) unit -- $(ARGS)

scenarios: .venv-nox/ready ## the modules in process against the sandbox (ARGS=)
	$(NOX) scenarios -- $(ARGS)

tools-tests: .venv-nox/ready ## tests of the scripts in tests/tools and of the benchmarks (ARGS=)
	$(NOX) tools -- $(ARGS)

sandbox-tests: .venv-nox/ready ## tests of the sandbox (ARGS=)
	$(NOX) sandbox -- $(ARGS)

integration: integration-playbooks integration-targets ## both kinds of integration tests

integration-playbooks: .venv-nox/ready ## pytest runs ansible-playbook against the sandbox (ARGS=)
	$(NOX) playbooks -- $(ARGS)

integration-targets: .venv-nox/ready ## ansible-test integration against the sandbox (ARGS=)
	$(NOX) targets -- $(ARGS)

core: .venv-nox/ready ## what depends on ansible-core, with the one in CORE= (ARGS=)
	$(NOX) core-$(CORE) -- $(ARGS)

sanity: .venv-nox/ready ## ansible-test sanity, where a check left out is a failure (ARGS=)
	$(NOX) sanity -- $(ARGS)

docs: .venv-nox/ready ## build the documentation site, without a network, and look into it
	$(NOX) docs

guides: .venv-nox/ready ## run the commands of the guides, and write what they print into them (ARGS=)
	$(NOX) guides -- $(ARGS)

docs-lint: .venv-nox/ready ## the modules' documentation
	$(NOX) docs-lint

ansible-lint: .venv-nox/ready ## ansible-lint, production profile
	$(NOX) ansible-lint

bench: .venv-nox/ready ## measure the speed, and write docs/benchmarks.md (ARGS=)
	$(NOX) bench -- $(ARGS)

artifact: .venv-nox/ready ## build the tarball, look into it, install it, follow a guide and run the demo with it
	$(NOX) artifact

seeded-faults: .venv-nox/ready ## change a line of the engine at a time, and see whether a test fails (ARGS=)
	$(NOX) seeded-faults -- $(ARGS)

pins: .venv-nox/ready ## pin again everything that the requirement files need, after one of them was edited
	$(NOX) pins

clean: ## remove the environments, the caches and what tests left behind
	@if [ -x .venv-nox/bin/nox ]; then .venv-nox/bin/nox --session clean; fi
	rm -rf .cache .nox .venv .venv-nox tests/output
