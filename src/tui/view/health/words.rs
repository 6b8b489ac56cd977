//! What is said of a source in sentences: what it is doing, what came of what was received, what was lost and where.

use crate::model::{SourceState, SourceStatus};
use crate::tui::text::{bytes, count, counted};
use crate::tui::theme::Role;
use crate::tui::view::Cx;

/// What came through a door or out of a file, with its unit.
pub(super) fn came(source: &SourceStatus) -> String {
    let (n, unit) = match source.requests {
        Some(requests) => (requests, "request"),
        None if is_door(source) => (source.datagrams, "datagram"),
        None if source.lines == 0 => return String::new(),
        None => (source.lines, "other line"),
    };
    counted(n, unit)
}

/// Where programs send to, as opposed to a file.
fn is_door(source: &SourceStatus) -> bool {
    let is_open = matches!(source.state, SourceState::Listening | SourceState::Busy);
    is_open || source.requests.is_some() || source.datagrams > 0
}

/// A door that nobody has come to.
pub(super) fn is_silent(source: &SourceStatus) -> bool {
    let came = source.requests.unwrap_or(source.datagrams) + source.bytes + source.refused + source.spans;
    is_door(source) && source.state == SourceState::Listening && came + lost(source) == 0
}

fn lost(source: &SourceStatus) -> u64 {
    source.dropped() + source.lost_by_clients()
}

/// Whether anything is wrong that the user may want to do something about.
pub(super) fn is_alarm(source: &SourceStatus) -> bool {
    let is_failed = matches!(source.state, SourceState::Failed(_));
    is_failed || lost(source) + source.malformed + source.refused > 0
}

/// Whether it does what it should.
pub(super) fn role(source: &SourceStatus) -> Role {
    match source.state {
        SourceState::Failed(_) => Role::Error,
        SourceState::Listening if source.exposed => Role::Warning,
        SourceState::Done if source.spans == 0 => Role::Warning,
        SourceState::Reading { .. } | SourceState::Busy | SourceState::Stopped => Role::Warning,
        SourceState::Listening | SourceState::Following | SourceState::Done => Role::Good,
    }
}

/// What it is doing, where a word beside its name is to say so.
pub(super) fn word(source: &SourceStatus) -> String {
    match source.state {
        SourceState::Reading { done, total: Some(total) } if total > 0 => {
            format!("reading {} %", done.saturating_mul(100) / total)
        }
        SourceState::Reading { done, .. } => format!("reading {}", bytes(done)),
        SourceState::Following => "followed".to_owned(),
        SourceState::Listening
        | SourceState::Done
        | SourceState::Busy
        | SourceState::Stopped
        | SourceState::Failed(_) => String::new(),
    }
}

/// Sentences, what explains most first. None for a source that does what it should and lost nothing.
pub(super) fn said(source: &SourceStatus, cx: &Cx<'_>) -> Vec<(Role, String)> {
    let mut said = Vec::new();
    said.extend(of_state(source));
    said.extend(of_nothing(source));
    if source.malformed > 0 && source.spans > 0 {
        said.push((Role::Warning, format!("{} malformed: the problems below say why", count(source.malformed))));
    }
    if source.refused > 0 && source.spans > 0 {
        said.push((Role::Error, turned_away(source)));
    }
    said.extend(of_losses(source));
    if source.logs > 0 {
        let records = counted(source.logs, "log record");
        said.push((Role::Muted, cx.say(&format!("{records}: {{output}} shows them"))));
    }
    if source.not_kept > 0 && source.spans > 0 {
        said.push((Role::Muted, format!("{}: answered, not kept", not_kept(source))));
    }
    said
}

fn not_kept(source: &SourceStatus) -> String {
    format!("{} with metrics or profiles", counted(source.not_kept, "request"))
}

fn turned_away(source: &SourceStatus) -> String {
    format!("{} turned away: without the token, from a foreign page, or too large", count(source.refused))
}

fn of_state(source: &SourceStatus) -> Option<(Role, String)> {
    let said = |role, text: &str| Some((role, text.to_owned()));
    match &source.state {
        SourceState::Listening if source.exposed && source.asks_token => {
            said(Role::Warning, "open to the network, asks for the token")
        }
        SourceState::Listening if source.exposed => {
            said(Role::Warning, "listens on all interfaces, open to the network")
        }
        SourceState::Listening if source.asks_token && !is_silent(source) => said(Role::Muted, "asks for the token"),
        SourceState::Busy => said(Role::Warning, "not opened: another program has the port"),
        SourceState::Stopped => said(Role::Warning, "stopped before the end"),
        SourceState::Failed(reason) => {
            // The name stands before it already.
            let rest = reason.strip_prefix(&source.endpoint).and_then(|rest| rest.strip_prefix(": "));
            said(Role::Error, rest.unwrap_or(reason))
        }
        SourceState::Listening | SourceState::Reading { .. } | SourceState::Following | SourceState::Done => None,
    }
}

/// Why no span came of it.
fn of_nothing(source: &SourceStatus) -> Option<(Role, String)> {
    // Who asks how to sample sends no spans there.
    if source.spans > 0 || source.protocol == "sampling" && !is_silent(source) {
        return None;
    }
    let text = match &source.state {
        SourceState::Done if source.malformed == 0 => "read to the end, no spans in it".to_owned(),
        SourceState::Busy | SourceState::Failed(_) => return None,
        _ if source.malformed > 0 => {
            format!("no spans: {} malformed, the problems below say why", count(source.malformed))
        }
        _ if source.refused > 0 => format!("no spans: {}", turned_away(source)),
        _ if is_silent(source) => {
            let token = if source.asks_token && !source.exposed { ", asks for the token" } else { "" };
            return Some((Role::Muted, format!("nothing has come in yet{token}")));
        }
        SourceState::Following if source.bytes == 0 => {
            return Some((Role::Muted, "nothing was written yet".to_owned()));
        }
        _ if source.not_kept > 0 => {
            format!("no spans: {}; OTEL_TRACES_EXPORTER=otlp sends traces too", not_kept(source))
        }
        SourceState::Listening if lost(source) == 0 => "what came held no spans".to_owned(),
        SourceState::Listening
        | SourceState::Reading { .. }
        | SourceState::Following
        | SourceState::Done
        | SourceState::Stopped => return None,
    };
    Some((Role::Warning, text))
}

/// What was lost, and where: the sum as the header says it, and its parts.
fn of_losses(source: &SourceStatus) -> Option<(Role, String)> {
    let kinds = [
        (source.kernel_drops.unwrap_or(0), "datagrams that the system dropped, its buffer was full"),
        (source.queue_drops, "spans dropped here, more came than could be stored"),
        (source.truncated, "datagrams longer than the buffer, cut"),
        (source.seq_gaps, "batches missing between the numbers that clients gave"),
        (source.client_drops, "spans that clients dropped before sending"),
    ];
    let lost: Vec<_> = kinds.into_iter().filter(|(n, _)| *n > 0).collect();
    match lost.as_slice() {
        [] if source.kernel_drops.is_none() && source.datagrams > 0 => {
            Some((Role::Muted, "what the system drops cannot be counted here (n/a)".to_owned()))
        }
        [] => None,
        [(n, what)] => Some((Role::Error, format!("lost {}: {what}", count(*n)))),
        kinds => {
            let parts: Vec<String> = kinds.iter().map(|(n, what)| format!("{} {what}", count(*n))).collect();
            let sum = kinds.iter().map(|(n, _)| n).sum();
            Some((Role::Error, format!("lost {}: {}", count(sum), parts.join("; "))))
        }
    }
}
