//! How start times are shown: none, relative to something, or as time of day. Events follow the same choice.

use crate::model::{Timestamp, precise_duration};
use crate::query::detail::signed_duration;
use crate::query::timeline::Timeline;
use crate::query::waterfall::SpanBar;
use crate::tui::text::time_text;

/// The choice that `t` goes through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Times {
    /// None: bars say it.
    #[default]
    Bars,
    /// After the trace's start.
    InTrace,
    /// After the parent's start.
    ToParent,
    /// Time of day here.
    Local,
    /// Time of day in UTC.
    Utc,
}

impl Times {
    /// The next choice.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Bars => Self::InTrace,
            Self::InTrace => Self::ToParent,
            Self::ToParent => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Bars,
        }
    }

    /// Cells that the times take before the names.
    pub(super) fn width(self) -> u16 {
        match self {
            Self::Bars => 0,
            Self::InTrace | Self::ToParent => 11,
            Self::Local | Self::Utc => 16,
        }
    }

    /// What stands above the column.
    pub(super) fn title(self) -> Option<&'static str> {
        match self {
            Self::Bars => None,
            Self::InTrace => Some("Start in trace"),
            Self::ToParent => Some("Start after parent"),
            Self::Local => Some("Start, local time"),
            Self::Utc => Some("Start, UTC"),
        }
    }

    /// The start of a span, in at most as many cells as the column has.
    pub(super) fn of_span(self, span: &SpanBar, timeline: &Timeline) -> String {
        let start = timeline.origin().plus(span.offset);
        match self {
            Self::Bars => String::new(),
            Self::InTrace => signed_duration(i64::try_from(span.offset).unwrap_or(i64::MAX)),
            Self::ToParent => signed_duration(span.to_parent),
            Self::Local => clock(start, false),
            Self::Utc => clock(start, true),
        }
    }

    /// The time of an event: since its span's start unless the trace's start or the time of day is asked for. Down to the
    /// microsecond, however late it is.
    pub(super) fn of_event(self, event: Timestamp, span: Timestamp, origin: Timestamp) -> String {
        let since = |start: Timestamp| {
            let sign = if event < start { '-' } else { '+' };
            format!("{sign}{}", precise_duration(event.0.abs_diff(start.0)))
        };
        match self {
            Self::Bars | Self::ToParent => since(span),
            Self::InTrace => since(origin),
            Self::Local => clock(event, false),
            Self::Utc => clock(event, true),
        }
    }
}

fn clock(time: Timestamp, utc: bool) -> String {
    time_text(time, utc, "%H:%M:%S%.6f")
}
