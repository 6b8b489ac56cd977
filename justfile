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
