//! What can be odd about a span: one bit each while it is read, one sentence each on the span.

/// An oddity that becomes a warning on its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    NoTraceId,
    HalfTraceId,
    NoSpanId,
    NoName,
    NoStart,
    ZeroStart,
    NoDuration,
    NegativeDuration,
    TimeRange,
    DurationRange,
    NoKey,
    NoType,
    UnknownType,
    NoValue,
    UnknownReference,
    EmptyReference,
    NoEventTime,
    NoEventFields,
    OtherList,
}

impl Odd {
    /// Every oddity, in the order of the bits.
    pub(super) const ALL: [Self; 19] = [
        Self::NoTraceId,
        Self::HalfTraceId,
        Self::NoSpanId,
        Self::NoName,
        Self::NoStart,
        Self::ZeroStart,
        Self::NoDuration,
        Self::NegativeDuration,
        Self::TimeRange,
        Self::DurationRange,
        Self::NoKey,
        Self::NoType,
        Self::UnknownType,
        Self::NoValue,
        Self::UnknownReference,
        Self::EmptyReference,
        Self::NoEventTime,
        Self::NoEventFields,
        Self::OtherList,
    ];

    /// This oddity's bit.
    pub(super) fn bit(self) -> u32 {
        1 << self as u32
    }

    /// The warning.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NoTraceId => "sent without a trace id",
            Self::HalfTraceId => "sent without the lower half of its trace id",
            Self::NoSpanId => "sent without a span id",
            Self::NoName => "sent without an operation name",
            Self::NoStart => "sent without a start time",
            Self::ZeroStart => "sent with a start time of 0, which is 1970",
            Self::NoDuration => "sent without a duration",
            Self::NegativeDuration => "sent with a negative duration, shown as 0",
            Self::TimeRange => "a time lies outside the years 1677 to 2262 and was moved to the limit",
            Self::DurationRange => "the duration is above 584 years and was cut",
            Self::NoKey => "a tag was sent without a key",
            Self::NoType => "a tag was sent without a type",
            Self::UnknownType => "a tag has an unknown type and is shown as text",
            Self::NoValue => "a tag was sent without the value that its type announces",
            Self::UnknownReference => "a reference has an unknown type and is shown as a link",
            Self::EmptyReference => "a reference without a span id was left out",
            Self::NoEventTime => "a log was sent without a timestamp",
            Self::NoEventFields => "a log was sent without fields",
            Self::OtherList => "a list holds something else than it should and was left out",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_oddity_has_its_own_bit_and_sentence() {
        for (n, odd) in Odd::ALL.into_iter().enumerate() {
            assert_eq!(odd.bit(), 1 << n);
            assert!(Odd::ALL.iter().all(|other| *other == odd || other.text() != odd.text()));
        }
    }
}
