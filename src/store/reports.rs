//! Output lines and problems: the last ones kept, all of them counted.

use std::collections::VecDeque;

use crate::model::{OutputLine, Problem, SpanBatch};

const MOST_LINES: usize = 10_000;
const MOST_LINE_BYTES: usize = 4 << 20;
const MOST_PROBLEMS: usize = 100;

/// What arrived besides spans.
#[derive(Debug, Default)]
pub(super) struct Reports {
    pub(super) lines: VecDeque<OutputLine>,
    pub(super) problems: VecDeque<Problem>,
    pub(super) line_count: u64,
    pub(super) problem_count: u64,
    /// The number of the last problem kept; those before it count down.
    pub(super) last_problem: u64,
    line_bytes: usize,
    problem_bytes: usize,
}

impl Reports {
    pub(super) fn extend(&mut self, batch: &SpanBatch) {
        self.line_count += batch.lines.len() as u64 + batch.more_lines;
        self.problem_count += batch.problems.len() as u64 + batch.more_problems;
        for line in &batch.lines {
            self.line_bytes += line_size(line);
            self.lines.push_back(line.clone());
            while self.lines.len() > MOST_LINES || self.line_bytes > MOST_LINE_BYTES {
                let Some(old) = self.lines.pop_front() else { break };
                self.line_bytes -= line_size(&old);
            }
        }
        self.last_problem += batch.problems.len() as u64;
        let skip = batch.problems.len().saturating_sub(MOST_PROBLEMS);
        for problem in batch.problems.iter().skip(skip) {
            self.problem_bytes += problem_size(problem);
            self.problems.push_back(problem.clone());
            while self.problems.len() > MOST_PROBLEMS {
                let Some(old) = self.problems.pop_front() else { break };
                self.problem_bytes -= problem_size(&old);
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.lines.capacity() * size_of::<OutputLine>()
            + self.problems.capacity() * size_of::<Problem>()
            + self.line_bytes
            + self.problem_bytes
    }
}

fn line_size(line: &OutputLine) -> usize {
    line.text.len() + line.origin.len()
}

fn problem_size(problem: &Problem) -> usize {
    problem.reason.len() + problem.origin.len() + problem.bytes.len()
}
