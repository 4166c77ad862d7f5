# Everything is done by crates/xtask; this file only gives it names. Needs Rust and Node 20 or newer.

set shell := ["bash", "-euo", "pipefail", "-c"]

xtask := "cargo run --quiet --package xtask --"

# What there is
[private]
default:
    @'{{ just_executable() }}' --justfile '{{ justfile() }}' --list --unsorted

# A reset against the simulated tenant, in wasmtime and in Node
demo: rust
    @{{ xtask }} demo

# Everything that must hold before a commit
test: rust
    @{{ xtask }} test

# Format, generate and then test: run it before you commit
ready: fmt gen test

# The wasm target and the npm packages; the other recipes call it by themselves
setup: rust
    @{{ xtask }} setup

# The artifacts in dist/: the components and the npm package
build: rust
    @{{ xtask }} build

# What the artifacts weigh, against their budgets
size: build
    @{{ xtask }} size

# Other ways to do the same, side by side; writes docs/benchmarks.md. Takes half an hour: --quick, --slow, --memory
bench *choices: rust
    @{{ xtask }} bench {{ choices }}

# The engine's own time for 100 to 100,000 users
bench-engine: rust
    @cargo bench --package entra-mfa-reset --bench bulk

# The tests of the examples
examples: rust
    @{{ xtask }} examples

# libFuzzer against the engine: each target for a minute, or [TARGET] [SECONDS], or TARGET FILE to play one input again
fuzz *choices: rust
    @{{ xtask }} fuzz {{ choices }}

# Licences, bans, sources and known holes of what others wrote
supply: rust
    @{{ xtask }} supply

# Two builds from nothing in two folders: the same bytes
reproduce: rust
    @{{ xtask }} reproduce

# The JSON Schema, the OpenAPI and the TypeScript types, from the Rust types
gen: rust
    @{{ xtask }} gen

# Format the Rust code
fmt: rust
    @cargo fmt --all
    @cargo fmt --manifest-path fuzz/Cargo.toml

# Clippy, with warnings denied
lint: rust
    @{{ xtask }} lint

# The reference of the npm package, the crates and the WIT: target/reference
docs: rust
    @{{ xtask }} docs

[private]
rust:
    @command -v cargo > /dev/null || { echo "Rust is missing: install it from https://rustup.rs, then open a new shell" >&2; exit 1; }
    @command -v cc > /dev/null || { echo "A C compiler is missing, which Rust needs to link: install gcc or clang (on macOS: xcode-select --install)" >&2; exit 1; }
