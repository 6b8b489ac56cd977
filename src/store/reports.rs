//! Problems: the last ones kept, all of them counted.

use std::collections::VecDeque;

use crate::model::{Problem, SpanBatch};

const MOST_PROBLEMS: usize = 100;

/// What could not be read.
#[derive(Debug, Default)]
pub(super) struct Reports {
    pub(super) problems: VecDeque<Problem>,
    pub(super) line_count: u64,
    pub(super) problem_count: u64,
    /// The number of the last problem kept; those before it count down.
    pub(super) last_problem: u64,
    problem_bytes: usize,
}

impl Reports {
    pub(super) fn extend(&mut self, batch: &SpanBatch) {
        self.line_count += batch.lines.len() as u64 + batch.more_lines;
        self.problem_count += batch.problems.len() as u64 + batch.more_problems;
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
        self.problems.capacity() * size_of::<Problem>() + self.problem_bytes
    }
}

fn problem_size(problem: &Problem) -> usize {
    problem.reason.len() + problem.origin.len() + problem.bytes.len()
}
