//! The mechanical rules of ARCHITECTURE.md, checked: layer arrows, forbidden names, sizes, heads.

use std::fs;
use std::path::{Path, PathBuf};

/// All Rust files below a folder of the project, with their paths from its root.
fn rust_files(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut open: Vec<PathBuf> = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            files.push((name, fs::read_to_string(&path).expect("text")));
        }
    }
    files.sort();
    assert!(!files.is_empty(), "{folder} holds Rust files");
    files
}

/// The code of a file: without comments and without its test module.
fn code(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn layer(name: &str) -> &str {
    let inside = name.strip_prefix("src/").unwrap_or(name);
    inside.split(['/', '.']).next().unwrap_or_default()
}

#[test]
fn arrows_between_layers_only_point_down() {
    let allowed: [(&str, &[&str]); 8] = [
        ("model", &[]),
        ("demo", &["model"]),
        ("ingest", &["model"]),
        ("store", &["model"]),
        ("query", &["model", "store"]),
        ("export", &["model", "store", "query"]),
        ("source", &["model", "ingest", "export"]),
        ("tui", &["model", "store", "query", "export"]),
    ];
    for (name, text) in rust_files("src") {
        let Some((layer, below)) = allowed.iter().find(|(layer, _)| *layer == self::layer(&name)) else {
            continue;
        };
        for (other, _) in &allowed {
            let named =
                code(&text).contains(&format!("crate::{other}::")) || code(&text).contains(&format!("crate::{other};"));
            assert!(!named || other == layer || below.contains(other), "{name}: {layer} may not use {other}");
        }
        for edge in ["cli", "runtime", "term"] {
            assert!(!code(&text).contains(&format!("crate::{edge}")), "{name} may not use {edge}");
        }
    }
}

#[test]
fn pure_layers_name_no_terminal_no_clock_and_no_runtime() {
    let pure = ["model", "demo", "ingest", "store", "query", "export"];
    let forbidden =
        ["tokio", "ratatui", "crossterm", "io::stdout", "Instant::now", "SystemTime::now", "std::net", "std::fs"];
    for (name, text) in rust_files("src") {
        let code = code(&text);
        if pure.contains(&layer(&name)) {
            for word in forbidden {
                assert!(!code.contains(word), "{name} names {word}");
            }
        }
        let terminal = name == "src/term.rs" || name.starts_with("src/term/");
        assert!(terminal || !code.contains("crossterm"), "{name} names crossterm; only term does");
        assert!(layer(&name) != "tui" || !code.contains("tokio"), "{name} names tokio");
    }
}

#[test]
fn files_are_short_and_say_what_they_are() {
    for folder in ["src", "tests/it"] {
        for (name, text) in rust_files(folder) {
            let lines = text.lines().count();
            assert!(lines <= 400, "{name} has {lines} lines");
            assert!(text.starts_with("//!"), "{name} says at its head what it is");
            assert!(!name.ends_with("/mod.rs"), "{name} is named after its module");
        }
    }
}

#[test]
fn nothing_is_left_half_done() {
    // Written apart so that this file does not find itself.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("#[ign", "ore]"), concat!("unsa", "fe {")];
    for folder in ["src", "tests/it"] {
        for (name, text) in rust_files(folder) {
            for word in words {
                assert!(!text.contains(word), "{name} holds {word}");
            }
        }
    }
}

#[test]
fn the_readme_tables_are_those_of_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).expect("a README");
    let tables = [
        ("keys", tracetui::tui::Keymap::default().markdown()),
        ("doors", tracetui::source::doors_markdown()),
        ("formats", tracetui::ingest::formats_markdown()),
    ];
    let mut fresh = readme.clone();
    for (name, table) in tables {
        let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let (before, rest) = fresh.split_once(&open).expect("the table's opening mark");
        let (_, after) = rest.split_once(&close).expect("the table's closing mark");
        fresh = [before, &open, &table, &close, after].concat();
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(root.join("README.md"), &fresh).expect("README is written");
    }
    assert!(readme == fresh || std::env::var_os("UPDATE_README").is_some(), "README is stale; run: just readme");
}

#[test]
fn the_changelog_tells_of_this_version() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let changelog = fs::read_to_string(root.join("CHANGELOG.md")).expect("a CHANGELOG");
    assert!(changelog.contains(&format!("## {}", env!("CARGO_PKG_VERSION"))));
    let architecture = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("an ARCHITECTURE");
    assert!(architecture.lines().count() <= 150, "ARCHITECTURE.md stays short");
}
