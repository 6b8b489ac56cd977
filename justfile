# What developers run. `just` alone lists this.

_default:
    @just --list

# Show the embedded capture
run *ARGS='open assets/hello.json':
    cargo run --release -- {{ARGS}}

# All tests
test:
    cargo test

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
