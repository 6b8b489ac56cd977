//! A folder as input: every file below it, in the order of names. What is hidden is left out, and folders that are links: they may go in circles.

use std::path::{Path, PathBuf};

use super::{Input, Reading};

/// Folders within folders, so many and no more.
const MAX_DEPTH: usize = 16;

/// More files than this are not looked for.
const MAX_FILES: usize = 10_000;

/// The inputs that an input stands for.
pub(super) fn files(input: Input) -> Vec<Reading> {
    let mut paths = Vec::new();
    match &input {
        Input::Path(path) if path.is_dir() => list(path, 0, &mut paths),
        Input::Path(_) | Input::Stdin => return vec![Reading::new(input, false)],
    }
    if paths.is_empty() {
        // Said as what it is when it is opened.
        return vec![Reading::new(input, false)];
    }
    paths.into_iter().map(|path| Reading::new(Input::Path(path), true)).collect()
}

fn list(folder: &Path, depth: usize, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    found.sort();
    let is_hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    for path in found.into_iter().filter(|path| !is_hidden(path)) {
        if paths.len() >= MAX_FILES {
            return;
        }
        if path.is_file() {
            paths.push(path);
        } else if path.is_dir() && !path.is_symlink() && depth < MAX_DEPTH {
            list(&path, depth + 1, paths);
        }
    }
}
