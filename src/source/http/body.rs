//! Reads the body of a request into memory and expands it: bounded in size and time, whatever the client announces.

use std::io::Read;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::pool::{Pool, Share};
use crate::ingest::compression::Compression;

/// The largest body, before and after it is expanded: what the OTLP specification recommends.
pub(super) const LARGEST: usize = 64 << 20;

/// Of a body that is too large this much is read and dropped before the answer: clients that still write see a broken pipe
/// in place of it.
const DRAIN: usize = 16 << 20;

/// How long a body may take, and bytes a second by which that grows.
const PATIENCE: (Duration, u64) = (Duration::from_secs(10), 64 << 10);

/// How long a body waits for room in the pool.
const ROOM: Duration = Duration::from_secs(4);

/// A body is expanded in steps of this many bytes; others have their turn in between.
const STEP: usize = 256 << 10;

/// So many codings one over the other are undone.
const MOST_CODINGS: usize = 3;

/// A body in memory.
#[derive(Debug)]
pub(super) struct Whole {
    /// Its bytes, expanded.
    pub(super) bytes: Vec<u8>,
    /// Keeps its place in the pool.
    share: Share,
}

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// More than [`LARGEST`] bytes.
    TooLarge,
    /// It came too slowly.
    Slow,
    /// No room in the pool for a while.
    NoRoom,
    /// A coding that is not known.
    Coding(String),
    /// It does not expand: why.
    Damaged(String),
    /// The client went away.
    Gone,
}

/// Reads a body to its end. `codings` are those of its `Content-Encoding`, as applied.
pub(super) async fn read(body: Incoming, codings: &str, pool: &Pool) -> Result<Whole, Unread> {
    let mut whole = collect(body, pool).await?;
    let mut layers = parse(codings)?;
    for _ in 0..MOST_CODINGS {
        let Some(coding) = layers.pop().or_else(|| Compression::sniff(&whole.bytes)) else { return Ok(whole) };
        whole = expand(coding, &whole.bytes, pool).await?;
    }
    Ok(whole)
}

fn parse(codings: &str) -> Result<Vec<Compression>, Unread> {
    let mut layers = Vec::new();
    for name in codings.split(',').map(str::trim) {
        match Compression::parse(name) {
            Some(coding) => layers.extend(coding),
            None => return Err(Unread::Coding(name.chars().take(40).collect())),
        }
    }
    Ok(layers)
}

async fn collect(mut body: Incoming, pool: &Pool) -> Result<Whole, Unread> {
    let mut whole = Whole { bytes: Vec::new(), share: pool.share() };
    let mut begun = now();
    loop {
        let grace = Duration::from_secs(whole.bytes.len() as u64 / PATIENCE.1);
        let frame = match timeout_at(begun + PATIENCE.0 + grace, body.frame()).await {
            Err(_) => return Err(Unread::Slow),
            Ok(None) => return Ok(whole),
            Ok(Some(Err(_))) => return Err(Unread::Gone),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(data) = frame.into_data() else { continue };
        if whole.bytes.len() + data.len() > LARGEST {
            drain(body, begun).await;
            return Err(Unread::TooLarge);
        }
        // Waiting for room is no fault of the client.
        let waits = now();
        reserve(&mut whole, data.len()).await?;
        begun += now() - waits;
        whole.bytes.extend_from_slice(&data);
    }
}

/// Makes room for so many more bytes, in the pool and in memory, twice as much as there was where that is needed.
async fn reserve(whole: &mut Whole, more: usize) -> Result<(), Unread> {
    let wanted = whole.bytes.len() + more;
    if wanted > whole.bytes.capacity() {
        let capacity = wanted.max(whole.bytes.capacity().saturating_mul(2)).min(LARGEST.max(wanted));
        timeout_at(now() + ROOM, whole.share.grow_to(capacity)).await.map_err(|_| Unread::NoRoom)?;
        whole.bytes.reserve_exact(capacity - whole.bytes.len());
    }
    Ok(())
}

async fn drain(mut body: Incoming, begun: Instant) {
    let mut left = DRAIN;
    while let Ok(Some(Ok(frame))) = timeout_at(begun + PATIENCE.0, body.frame()).await {
        match frame.data_ref().and_then(|data| left.checked_sub(data.len())) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}

/// Undoes one coding.
pub(super) async fn expand(coding: Compression, bytes: &[u8], pool: &Pool) -> Result<Whole, Unread> {
    let mut out = Whole { bytes: Vec::new(), share: pool.share() };
    let mut reader = coding.reader(bytes);
    loop {
        reserve(&mut out, STEP).await?;
        let read = (&mut reader).take(STEP as u64).read_to_end(&mut out.bytes);
        match read {
            Ok(0) => break,
            Ok(_) if out.bytes.len() > LARGEST => return Err(Unread::TooLarge),
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => return Err(Unread::Damaged(error.to_string().to_lowercase())),
        }
    }
    Ok(out)
}

fn now() -> Instant {
    Instant::now()
}
