# Each target does its own set-up on a fresh machine, says what it does, and costs seconds when nothing has changed.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run dev test one lint fmt fuzz bench soak

# The server's sources name target/site, and what follows names the binaries there.
export CARGO_TARGET_DIR := $(CURDIR)/target

LISTEN ?= 127.0.0.1:8080
RUNS ?= 100000
DATA ?= ./data
# The Rust crates of the product, all at once, so that every command sees the same features and nothing is built twice.
NATIVE := --workspace --exclude 'keyrack-frontend*' --exclude keyrack-bench --exclude xtask
WASM := --package 'keyrack-frontend*' --target wasm32-unknown-unknown

help:
	@echo "make run    build Keyrack and start it with a demo account on http://$(LISTEN), data in $(DATA)"
	@echo "make dev    debug build with the demo account; builds and starts again when a source file changes"
	@echo "make test   run every test: Rust (SQLite and PostgreSQL), then the browser"
	@echo "make one    run some tests: TEST=part_of_a_name, or TEST=tokens-list.spec.ts for the browser"
	@echo "make lint   formatting, clippy (native and WASM), the systemd unit, types of the browser tests; warnings are errors"
	@echo "make bench  measure speed, memory and page weight (about 15 minutes); see bench/README.md"
	@echo "make soak   call a server for ten minutes on each database, then kill servers a thousand times and take their database away"
	@echo "make fuzz   run every fuzz target from its committed seeds, RUNS inputs each (100000)"
	@echo "make fmt    format the sources"

run:
	@.ci/need rust
	@echo "run: building Keyrack (the first time takes some minutes)"
	@cargo xtask build --release
	@echo "run: starting Keyrack, Ctrl-C stops it"
	@exec target/release/keyrack serve --demo --data $(DATA) --listen $(LISTEN)

# Every file by its name: `cargo fmt` does not look into modules that a macro declares.
RUSTFMT = find app bench crates domain frontend fuzz server xtask -name target -prune -o -name '*.rs' -print0 | xargs -0 rustfmt --edition 2024

dev:
	@.ci/need rust
	@cargo xtask dev -- serve --demo --data $(DATA) --listen $(LISTEN)

test:
	@.ci/test $(NATIVE)

one:
	@.ci/one "$(TEST)" $(NATIVE)

lint:
	@.ci/need rust
	@echo "lint: formatting"
	@$(RUSTFMT) --check
	@echo "lint: clippy"
	@cargo clippy --quiet --workspace --exclude 'keyrack-frontend*' --all-targets -- -D warnings
	@echo "lint: clippy for the browser"
	@cargo clippy --quiet $(WASM) -- -D warnings
	@if cargo deny --version >/dev/null 2>&1; then echo "lint: licences and sources of crates"; cargo deny --offline --log-level error check bans licenses sources; \
	  else echo "skipped: licences and sources of crates, cargo-deny is not installed"; fi
	@echo "lint: the systemd unit"
	@.ci/unit
	@.ci/need node || exit $$(( $$? == 3 ? 0 : 1 )); \
	  echo "lint: types of the browser tests"; cd end2end && npx --no-install tsc --noEmit
	@echo "lint: fine"

fmt:
	@.ci/need rust
	@$(RUSTFMT)

fuzz:
	@.ci/need rust
	@for target in $$(sed -n 's/^name = "\(.*\)"$$/\1/p' fuzz/Cargo.toml | tail -n +2); do \
	  echo "fuzz: $$target"; fuzz/run "$$target" "$(RUNS)" || exit 1; done

bench:
	@bench/run

soak:
	@bench/soak
