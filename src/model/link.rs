//! Why one span points at another.

/// The kind of a link: OpenTelemetry has one, `OpenTracing` (Jaeger) two named ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// OpenTelemetry's plain link.
    #[default]
    Link,
    /// `OpenTracing` `CHILD_OF` beyond the parent.
    ChildOf,
    /// `OpenTracing` `FOLLOWS_FROM`.
    FollowsFrom,
}

impl LinkKind {
    /// The word used in `jsonl`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::ChildOf => "child_of",
            Self::FollowsFrom => "follows_from",
        }
    }

    /// Reads the word used in `jsonl`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Link, Self::ChildOf, Self::FollowsFrom].into_iter().find(|kind| kind.as_str() == text)
    }
}
