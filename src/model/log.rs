//! Log records, as OpenTelemetry has them (opentelemetry-proto, `logs.proto`), and how grave they are.

use super::{Attribute, SpanId, Timestamp, TraceId, Value};

/// How grave a log record or a line of output is: OpenTelemetry's `SeverityNumber`, 1 to 24; 0 when nobody says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Severity(u8);

impl Severity {
    /// Nobody says.
    pub const UNSPECIFIED: Self = Self(0);
    /// Finer than debugging.
    pub const TRACE: Self = Self(1);
    /// For debugging.
    pub const DEBUG: Self = Self(5);
    /// Something happened.
    pub const INFO: Self = Self(9);
    /// Not an error yet.
    pub const WARN: Self = Self(13);
    /// An error.
    pub const ERROR: Self = Self(17);
    /// The program ends, or should.
    pub const FATAL: Self = Self(21);

    /// The severity of a number; what no severity has is unspecified.
    pub fn new(number: i64) -> Self {
        Self(u8::try_from(number).ok().filter(|number| *number <= 24).unwrap_or(0))
    }

    /// The number.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The name of its range, such as `INFO`; empty when nobody says.
    pub fn name(self) -> &'static str {
        match self.0 {
            0 => "",
            1..=4 => "TRACE",
            5..=8 => "DEBUG",
            9..=12 => "INFO",
            13..=16 => "WARN",
            17..=20 => "ERROR",
            _ => "FATAL",
        }
    }

    /// The severity that a word means, in any case: what loggers of all languages write.
    pub fn parse(word: &str) -> Option<Self> {
        const WORDS: &[(&str, Severity)] = &[
            ("trace", Severity::TRACE),
            ("verbose", Severity::TRACE),
            ("finest", Severity::TRACE),
            ("finer", Severity::TRACE),
            ("debug", Severity::DEBUG),
            ("dbg", Severity::DEBUG),
            ("fine", Severity::DEBUG),
            ("info", Severity::INFO),
            ("information", Severity::INFO),
            ("notice", Severity::INFO),
            ("warn", Severity::WARN),
            ("warning", Severity::WARN),
            ("error", Severity::ERROR),
            ("err", Severity::ERROR),
            ("severe", Severity::ERROR),
            ("fatal", Severity::FATAL),
            ("critical", Severity::FATAL),
            ("crit", Severity::FATAL),
            ("alert", Severity::FATAL),
            ("emerg", Severity::FATAL),
            ("emergency", Severity::FATAL),
            ("panic", Severity::FATAL),
        ];
        WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, severity)| *severity)
    }
}

/// A log record, borrowed from whoever holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Log<'a> {
    /// When it happened; where that is not said, when it was seen.
    pub time: Timestamp,
    /// The trace it belongs to; 0 when it belongs to none.
    pub trace_id: TraceId,
    /// The span it belongs to; 0 when it belongs to none.
    pub span_id: SpanId,
    /// How grave it is.
    pub severity: Severity,
    /// The logger's own word for that, where it is another than [`Severity::name`].
    pub severity_text: &'a str,
    /// Who logs: `service.name`, or what stands in for it.
    pub service: &'a str,
    /// The logger: the scope's name.
    pub scope: &'a str,
    /// What kind of event it tells of; usually empty.
    pub event_name: &'a str,
    /// What it says.
    pub body: Value<'a>,
    /// Its attributes.
    pub attributes: Vec<Attribute<'a>>,
    /// The attributes of its resource.
    pub resource: Vec<Attribute<'a>>,
    /// The format it came in.
    pub source: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_mean_the_same() {
        for severity in
            [Severity::TRACE, Severity::DEBUG, Severity::INFO, Severity::WARN, Severity::ERROR, Severity::FATAL]
        {
            assert_eq!(Severity::parse(severity.name()), Some(severity));
            assert_eq!(Severity::new(i64::from(severity.number()) + 3).name(), severity.name());
        }
        assert_eq!(Severity::parse("Warning"), Some(Severity::WARN));
        assert_eq!(Severity::parse("order"), None);
        assert_eq!((Severity::new(25), Severity::new(-1)), (Severity::UNSPECIFIED, Severity::UNSPECIFIED));
    }
}
