//! One trace event and its members.

use crate::ingest::json::{Json, JsonKind};
use crate::model::Timestamp;

/// What every event has; the other members are looked up where they mean something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    /// The phase: what the event is.
    pub(super) phase: u8,
    pub(super) time: Option<Timestamp>,
    /// Duration in ns.
    pub(super) duration: Option<u64>,
    /// Process and thread, as they stand there; both may be numbers or texts.
    pub(super) process: &'a [u8],
    pub(super) thread: &'a [u8],
    object: Json<'a>,
}

/// Phases that there are.
const PHASES: &[u8] = b"BEXiIRMCbneSTpFstfNODPvVcaR()=";

/// Members that are read here or are only about how a viewer paints. What is left becomes attributes.
const KNOWN: &[&[u8]] = &[
    b"ph",
    b"ts",
    b"dur",
    b"pid",
    b"tid",
    b"name",
    b"args",
    b"bp",
    b"bind_id",
    b"flow_in",
    b"flow_out",
    b"cname",
    b"s",
];

impl<'a> Event<'a> {
    /// The event that an object is, if it is one.
    pub(super) fn read(object: Json<'a>) -> Option<Self> {
        let phase = match object.get(b"ph")?.plain()?.as_bytes() {
            [phase] if PHASES.contains(phase) => *phase,
            _ => return None,
        };
        let mut event = Self { phase, time: None, duration: None, process: b"", thread: b"", object };
        let (mut has_process, mut has_name) = (false, false);
        for (key, value) in object.members() {
            match key.raw() {
                b"ts" => event.time = value.micros().map(Timestamp),
                b"dur" => event.duration = value.micros().map(|ns| u64::try_from(ns).unwrap_or_default()),
                b"pid" => (event.process, has_process) = (value.raw(), true),
                b"tid" => event.thread = value.raw(),
                b"name" => has_name = true,
                _ => {}
            }
        }
        // A log record may have a member `ph` as well.
        (has_process && (has_name || event.time.is_some())).then_some(event)
    }

    pub(super) fn name(self) -> Option<Json<'a>> {
        self.object.get(b"name")
    }

    pub(super) fn args(self) -> Option<Json<'a>> {
        self.object.get(b"args")
    }

    /// A member as it stands there; empty where it is missing.
    pub(super) fn raw(self, key: &[u8]) -> &'a [u8] {
        self.object.get(key).map(Json::raw).unwrap_or_default()
    }

    /// The id of what is no slice of a thread, and the process that it holds in, where it does not hold in all.
    pub(super) fn id(self) -> (&'a [u8], &'a [u8]) {
        let Some(id) = self.object.get(b"id2") else { return (self.raw(b"id"), b"") };
        match (id.get(b"local"), id.get(b"global")) {
            (Some(local), _) => (local.raw(), self.process),
            (None, global) => (global.map(Json::raw).unwrap_or_default(), b""),
        }
    }

    /// Whether a member says yes.
    pub(super) fn is(self, key: &[u8]) -> bool {
        self.object.get(key).is_some_and(|value| value.kind() == JsonKind::True)
    }

    /// Members that no field holds.
    pub(super) fn rest(self) -> impl Iterator<Item = (Json<'a>, Json<'a>)> {
        self.object.members().filter(|(key, value)| {
            let is_text = key.raw() != b"cat" || !value.raw().is_empty();
            is_text && !KNOWN.contains(&key.raw())
        })
    }
}
