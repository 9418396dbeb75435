# Copyright (c) 2026, the hostup.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# make demo    try the collection: needs only Python 3.11 to 3.13 and a POSIX shell
# make test    everything that CI runs
# make help    all the targets

# PYTHON=/path/to/python3 chooses the interpreter; otherwise tests/tools/with_python.sh finds one.
# PORT=8080 chooses the sandbox's port. ARGS="..." is passed on by the targets that say so.
# NAME=lost-answer chooses a fault for make fault; NAME=none clears them.
PYTHON ?=
PORT ?= 0
ARGS =
NAME =
# CORE=2.19.14, or CORE=oldest, chooses the ansible-core for the tests; see tests/requirements/cores.txt.
CORE ?=
export PYTHON MAKE CORE

ROOT := $(or $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST)))),.)
TOOL = @cd "$(ROOT)" && exec tests/tools/with_python.sh
# Runs a command of .venv-dev in an up-to-date copy of the tree whose path is .../ansible_collections/hostup/cloud.
IN_COPY = $(TOOL) in_workspace.py

.DEFAULT_GOAL := help
.PHONY: help demo sandbox fault test test-all on-core playbooks-on-core oldest-core oldest-core-playbooks \
	oldest-core-targets lint typing unit tools-tests sandbox-tests integration integration-playbooks \
	integration-targets sanity docs guides bench docs-lint ansible-lint artifact pins clean

help: ## show the targets
	@echo "Targets of the collection hostup.cloud:"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' "$(ROOT)/Makefile" | awk -F'|' '{ printf "%-30s %s\n", $$1, $$2 }'

demo: ## try it: plan, apply, and nothing left to do, against a sandbox
	$(TOOL) demo.py

sandbox: ## run the HostUp stand-in in the foreground (PORT=, ARGS=)
	$(TOOL) serve_sandbox.py --port $(PORT) $(ARGS)

fault: ## list the ready-made faults, or switch one on in the running sandbox (NAME=)
	$(TOOL) set_fault.py $(NAME)

# Two lanes run side by side; ansible-test keeps to one of them, because its commands share files.
test: ## everything that CI runs
	$(TOOL) run_steps.py \
		--lane lint typing tools-tests unit sandbox-tests docs docs-lint ansible-lint integration-playbooks \
			oldest-core-playbooks \
		--lane sanity integration-targets oldest-core-targets artifact

test-all: test ## the same, and then every supported ansible-core
	$(TOOL) run_cores.py

on-core: playbooks-on-core integration-targets ## what depends on ansible-core, with the one in CORE=

playbooks-on-core:
	$(IN_COPY) pytest tests/unit -q --no-cov
	$(IN_COPY) pytest tests/integration/test_documentation.py tests/integration/test_restore.py -q

oldest-core oldest-core-playbooks oldest-core-targets: export CORE = oldest
oldest-core: on-core ## the same with the oldest supported ansible-core
oldest-core-playbooks: playbooks-on-core
# The two longest targets try the engine, which the unit tests do with every core; make test-all runs them everywhere.
oldest-core-targets: ARGS = --exclude mod_domain_contacts_errors --exclude mod_domain_contacts_guards
oldest-core-targets: integration-targets

lint: ## formatting, style, spelling, YAML, shell, licence headers, changelog
	$(IN_COPY) ruff check --output-format concise .
	$(IN_COPY) ruff format --check .
	$(IN_COPY) codespell
	$(IN_COPY) yamllint --strict .
	$(IN_COPY) shellcheck .ci/run tests/tools/with_python.sh
	$(IN_COPY) python tests/tools/check_headers.py
	$(IN_COPY) antsibull-changelog lint

typing: ## mypy
	$(IN_COPY) --above mypy --config-file ansible_collections/hostup/cloud/pyproject.toml \
		ansible_collections/hostup/cloud/plugins ansible_collections/hostup/cloud/tests/tools \
		ansible_collections/hostup/cloud/tests/sandbox/hostup_sandbox
	$(IN_COPY) --above mypy --config-file ansible_collections/hostup/cloud/pyproject.toml \
		ansible_collections/hostup/cloud/tests/benchmarks

unit: ## unit tests with branch coverage (ARGS=)
	$(IN_COPY) pytest tests/unit --cov=plugins --cov-branch $(ARGS)

tools-tests: ## tests of the scripts in tests/tools and of the benchmarks (ARGS=)
	$(IN_COPY) pytest tests/tools/tests tests/benchmarks/tests $(ARGS)

sandbox-tests: ## tests of the sandbox (ARGS=)
	$(IN_COPY) pytest tests/sandbox/tests $(ARGS)

integration: integration-playbooks integration-targets ## both kinds of integration tests

integration-playbooks: ## pytest runs ansible-playbook against the sandbox (ARGS=)
	$(IN_COPY) pytest tests/integration $(ARGS)

integration-targets: ## ansible-test integration against the sandbox (ARGS=)
	$(TOOL) ansible_test.py integration $(ARGS)

sanity: ## ansible-test sanity, where a check left out is a failure (ARGS=)
	$(TOOL) ansible_test.py sanity $(ARGS)

docs: ## build the documentation site, without a network, and look into it
	$(TOOL) build_docs.py

guides: ## run the commands of the guides, and write what they print into them (ARGS=)
	$(IN_COPY) python "$(abspath $(ROOT))/tests/tools/write_guide_outputs.py" $(ARGS)

docs-lint: ## the modules' documentation
	$(IN_COPY) antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=self .

ansible-lint: ## ansible-lint, production profile
	$(IN_COPY) ansible-lint
	$(IN_COPY) ansible-lint --config-file tests/ansible-lint.yml tests/integration

bench: ## measure the speed, and write docs/benchmarks.md (ARGS=)
	$(TOOL) ../benchmarks/bench.py $(ARGS)

artifact: ## build the tarball, look into it, install it, follow a guide and run the demo with it
	$(TOOL) check_artifact.py

pins: ## pin again everything that the requirement files need, after one of them was edited
	$(TOOL) pin.py

clean: ## remove the environments, the caches and what tests left behind
	rm -rf "$(ROOT)/.cache" "$(ROOT)/.venv" "$(ROOT)/.venv-dev" "$(ROOT)/tests/output"
