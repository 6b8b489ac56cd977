//! Which lines belong to the line before them: stack traces, messages of several lines.

use super::row::{STACK, lines};
use crate::model::Severity;
use crate::store::RecordRef;

/// Lines under one record that are shown: what is longer is cut and says so.
const MOST_PARTS: u32 = 500;

/// What is known of the lines that came last.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Folding {
    /// The number of the record that lines may belong to, and how many do.
    head: Option<(u64, u32)>,
    /// The number of the last line.
    last: u64,
    /// The head, or a line under it, begins a stack trace of Python: its last line is not indented.
    is_python: bool,
}

impl Folding {
    /// Takes note of the next record. For a line that belongs to one before it: the number of that, and which part of it the
    /// line is.
    pub(super) fn under(&mut self, record: RecordRef<'_>) -> Option<(u64, u32)> {
        let number = record.number();
        if record.is_log() {
            self.head = None;
            return None;
        }
        let text = record.text();
        let belongs = self.belongs(&text, record.severity());
        let follows = self.last + 1 == number;
        self.last = number;
        match &mut self.head {
            Some((head, parts)) if follows && belongs && *parts < MOST_PARTS => {
                *parts += 1;
                Some((*head, *parts))
            }
            _ => {
                self.head = Some((number, 0));
                self.is_python = text.starts_with(PYTHON);
                None
            }
        }
    }

    fn belongs(&mut self, text: &str, severity: Severity) -> bool {
        if text.starts_with([' ', '\t']) {
            return true;
        }
        // An error without a level of its own is told in the next lines.
        if text.starts_with(PYTHON) && self.head.is_some_and(|(_, parts)| parts == 0) {
            self.is_python = true;
            return true;
        }
        if self.is_python && severity == Severity::UNSPECIFIED {
            // `TimeoutError: acquirer did not answer`
            self.is_python = false;
            return self.head.is_some_and(|(_, parts)| parts > 0);
        }
        ["Caused by: ", "... "].iter().any(|start| text.starts_with(start))
    }
}

const PYTHON: &str = "Traceback (most recent call last)";

/// Lines under a log record: those of its message beyond the first, and its stack trace where the message does not hold it.
pub(super) fn parts(record: RecordRef<'_>) -> u32 {
    if !record.is_log() || is_one_line(record) {
        return 0;
    }
    let count = lines(record).count().saturating_sub(1);
    u32::try_from(count).unwrap_or(u32::MAX).min(MOST_PARTS)
}

/// What is true of nearly all log records, told without unpacking them: every record is asked when the list is made.
fn is_one_line(record: RecordRef<'_>) -> bool {
    let text = record.text();
    !text.trim().is_empty() && !text.contains('\n') && !record.any_text(&mut |text| text == STACK)
}
