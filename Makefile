# animify: `make demo` shows it, `make test` proves it, `make bench` measures it, `make pictures` draws it,
# `make messages` readies its translations.
ifndef PYTHON
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { command -v $$p; break; }; done)
endif
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: demo test bench pictures messages clean
.DEFAULT_GOAL := demo

demo: .venv/.demo
	@$(BIN)/animify demo $(if $(PHOTO),--photo "$(PHOTO)") $(if $(STYLE),--style "$(STYLE)") </dev/null

test: .venv/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

bench: .venv/.bench
	$(BIN)/python -m benchmarks

pictures: .venv/.bench
	$(BIN)/python -m docs.pictures
	$(BIN)/python -m docs.previews
	$(BIN)/python -m docs.shots

messages: .venv/.dev
	$(BIN)/python -m docs.messages $(NEW)

clean:
	rm -rf .venv demo-out

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "animify needs Python 3.11, 3.12 or 3.13: install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13), or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "$(PYTHON) is no Python 3.11, 3.12 or 3.13: name another one with make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) has no venv module: install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@"$(PYTHON)" -m venv .venv

.venv/.demo: .venv/bin/python pyproject.toml
	@echo "installing animify into .venv (once) ..."
	@$(PIP) --editable '.[demo]'
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml
	@echo "installing animify and its test tools into .venv (once) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@

.venv/.bench: .venv/.dev
	@echo "installing what the benchmarks compare with into .venv (once) ..."
	@$(PIP) --editable '.[bench]'
	@touch $@
