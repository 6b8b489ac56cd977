# What developers run. `just` alone lists this.

_default:
    @just --list

# Show the embedded capture
run *ARGS='open assets/hello.json':
    cargo run --release -- {{ARGS}}

# All tests
test:
    cargo test

# Half an hour of mixed load with keys pressed throughout, against the release build
soak:
    TRACETUI_SOAK_SECONDS=1800 TRACETUI_SOAK_RATE=20000 TRACETUI_SOAK_MIB=64 cargo test --release --test it soak:: -- --nocapture

# What a span costs and how soon a key is answered while 300,000 spans/s come in
load *ARGS='all':
    cargo build --release
    cargo run --release --example load -- {{ARGS}}

# What CI runs
ci:
    .ci/run

# Rewrite the generated tables in README.md
readme:
    UPDATE_README=1 cargo test --test it the_readme_tables

# Accept changed screens
accept:
    INSTA_UPDATE=always cargo test --test it

# Rewrite screenshots/*.svg from the interface itself
screenshots:
    cargo run --release --example screenshots


# The table of budgets; `just bench decode` for rows that begin so, BUDGETS_QUICK=1 for a smoke run
bench *NAMES:
    cargo bench --bench budgets -- {{NAMES}}

# Layer by layer, compared with the run before
layers *NAMES:
    cargo bench --bench layers -- {{NAMES}}

# Fuzz one entry (fuzz/README.md names them), for ten minutes unless told otherwise
fuzz TARGET SECONDS='600':
    fuzz/seed
    RUSTC_BOOTSTRAP=1 cargo fuzz run -s none {{TARGET}} -- -max_total_time={{SECONDS}} -max_len=4096 -timeout=10 -rss_limit_mb=1024 -dict=fuzz/text.dict -print_final_stats=1


# Rewrite assets/demo.jsonl from the built-in workload
assets:
    cargo run --release --example demo_file


# Licences, bans and sources of what we depend on (deny.toml)
deny:
    cargo deny --version >/dev/null 2>&1 || cargo install cargo-deny --locked
    cargo deny check licenses bans sources

# Mutants of the screens and the queries: change one thing, and some test must fail. One shard of so many, `just mutants 0/40`
mutants SHARD='0/40':
    cargo mutants --version >/dev/null 2>&1 || cargo install cargo-mutants --locked
    cargo mutants --shard {{SHARD}}

# Real clients from their registries, against the release build
interop *NAMES:
    cargo build --release
    python3 tests/interop/run.py {{NAMES}}
