# Two commands matter: `make demo` and `make test`. Both install what is missing, say what they do, and can be repeated.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEM := tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-chi-tra tesseract-ocr-eng tesseract-ocr-osd \
          fonts-wqy-zenhei fonts-droid-fallback fonts-hanazono fonts-dejavu-core poppler-utils qpdf python3-venv

OFFICE := libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui libreoffice-draw-nogui

.PHONY: help demo test lint bench wheel clean system browser database office yardsticks

help:
	@echo "make demo    a small archive, real-looking scans through the whole journey"
	@echo "make test    every test, real OCR included"
	@echo "make lint    style, types, import contract"
	@echo "make bench   figures beside a yardstick measured in the same run"

demo: $(VENV)/.ready
	@$(BIN)/dms --home . demo

test: $(VENV)/.ready-test | browser database office
	@echo "== quick tests"
	@OMP_THREAD_LIMIT=1 $(BIN)/python -m pytest -q -n 2 -m "not slow and not bench"
	@echo "== slow tests: real OCR, processes killed, full disks"
	@OMP_THREAD_LIMIT=1 $(BIN)/python -m pytest -q -n 2 --dist worksteal -m "slow and not bench"

lint: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-test | yardsticks
	$(BIN)/python tests/benchmarks/bench_search.py
	$(BIN)/python tests/benchmarks/bench_ocr.py
	$(BIN)/python tests/benchmarks/bench_covers.py
	$(BIN)/python tests/benchmarks/bench_ingest.py
	$(BIN)/python tests/benchmarks/bench_meaning.py
	$(BIN)/python tests/benchmarks/bench_formats.py
	$(BIN)/python tests/benchmarks/bench_web.py
	$(BIN)/python tests/benchmarks/bench_signatures.py
	$(BIN)/python tests/benchmarks/bench_servers.py
	$(BIN)/python tests/benchmarks/bench_workers.py
	$(BIN)/python tests/benchmarks/simulate_workers.py
	$(BIN)/python tests/benchmarks/plot.py

wheel: $(VENV)/.ready-test
	$(BIN)/python -m build --wheel

clean:
	rm -rf demo-archive dist build .pytest_cache .mypy_cache .ruff_cache

# System packages: Tesseract with its languages, a Chinese TrueType font, PDF tools for tests.
system:
	@sh .ci/system $(SYSTEM)

# A real browser for the tests of the pages; where it cannot be had (Ubuntu has it as a snap only) they say so and skip.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || sh .ci/system chromium || \
	  echo "== no Chromium: the browser tests are left out"

# What dms is measured beside: OCRmyPDF with Ghostscript; and what draws the picture. Nothing of it is part of dms.
yardsticks: $(VENV)/.ready
	@sh .ci/system ghostscript
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check "ocrmypdf>=16" "matplotlib>=3.8"

# A real PostgreSQL for the tests of what several machines share; they start their own, in a temporary folder.
database:
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || sh .ci/system postgresql || \
	  echo "== no PostgreSQL: what needs it is left out"

# LibreOffice for the tests of old office files, without what it recommends (Java, desktops).
office:
	@command -v soffice >/dev/null || sh .ci/system --no-install-recommends $(OFFICE) || \
	  echo "== no LibreOffice: the tests of old office files are left out"

$(VENV)/.ready: pyproject.toml | system
	@echo "== setting up $(VENV) (once)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[fast,openvino,web]"
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready
	@echo "== installing what tests and checks need (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[fast,openvino,web,mcp,metrics,oidc,otel,postgres,s3,test,dev]"
	@touch $@
