//! From a packet of a link to the payload of a UDP datagram: Ethernet with tags, Linux' cooked links, loopbacks, raw IP;
//! IPv4 (RFC 791) and IPv6 (RFC 8200), put together from fragments: a full datagram does not fit one Ethernet frame.

use std::borrow::Cow;

/// Datagrams whose fragments are waited for.
const MAX_OPEN: usize = 64;

/// A datagram is no longer than this.
const LONGEST: usize = 65_535;

/// Fragments that wait for others.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    /// Addresses and identification.
    key: Vec<u8>,
    bytes: Vec<u8>,
    /// Bytes that have come.
    held: usize,
    /// Length of the whole, once the last fragment has come.
    length: Option<usize>,
}

impl Fragments {
    /// Adds a fragment; the whole when it was the last one missing.
    fn add(&mut self, key: Vec<u8>, offset: usize, more: bool, bytes: &[u8]) -> Option<Vec<u8>> {
        let end = offset + bytes.len();
        if end > LONGEST {
            return None;
        }
        let at = self.open.iter().position(|open| open.key == key).unwrap_or_else(|| {
            if self.open.len() >= MAX_OPEN {
                self.open.remove(0);
            }
            self.open.push(Open { key, bytes: Vec::new(), held: 0, length: None });
            self.open.len() - 1
        });
        let open = self.open.get_mut(at)?;
        if open.bytes.len() < end {
            open.bytes.resize(end, 0);
        }
        open.bytes.get_mut(offset..end)?.copy_from_slice(bytes);
        open.held += bytes.len();
        open.length = if more { open.length } else { Some(end) };
        let is_whole = open.length.is_some_and(|length| open.held >= length);
        is_whole.then(|| self.open.remove(at).bytes)
    }
}

/// What a UDP datagram in this packet carries.
pub(super) fn payload<'p>(link: u32, packet: &'p [u8], fragments: &mut Fragments) -> Option<Cow<'p, [u8]>> {
    let ip = match link {
        // BSD's loopback: a word of the machine's own.
        0 | 108 => packet.get(4..)?,
        1 => ethernet(packet)?,
        12 | 14 | 101 | 228 | 229 => packet,
        113 => packet.get(16..)?,
        276 => packet.get(20..)?,
        _ => return None,
    };
    let datagram = match ip.first()? >> 4 {
        4 => ipv4(ip, fragments)?,
        6 => ipv6(ip, fragments)?,
        _ => return None,
    };
    Some(match datagram {
        Cow::Borrowed(datagram) => Cow::Borrowed(udp(datagram)?),
        Cow::Owned(datagram) => Cow::Owned(udp(&datagram)?.to_vec()),
    })
}

fn half(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

/// Behind two addresses, any number of tags and the type.
fn ethernet(packet: &[u8]) -> Option<&[u8]> {
    let mut at = 12;
    while matches!(half(packet, at)?, 0x8100 | 0x88a8 | 0x9100) {
        at += 4;
    }
    packet.get(at + 2..)
}

fn ipv4<'p>(ip: &'p [u8], fragments: &mut Fragments) -> Option<Cow<'p, [u8]>> {
    let (head, length) = (usize::from(ip.first()? & 0x0f) * 4, half(ip, 2)?);
    if ip.get(9)? != &17 {
        return None;
    }
    // Where the card cuts packets the length is still 0.
    let body = if length == 0 { ip.get(head..)? } else { ip.get(head..length.min(ip.len()))? };
    let (offset, more) = (half(ip, 6)? & 0x1fff, half(ip, 6)? & 0x2000 != 0);
    if offset == 0 && !more {
        return Some(Cow::Borrowed(body));
    }
    let key = [ip.get(4..6)?, ip.get(12..20)?].concat();
    fragments.add(key, offset * 8, more, body).map(Cow::Owned)
}

fn ipv6<'p>(ip: &'p [u8], fragments: &mut Fragments) -> Option<Cow<'p, [u8]>> {
    let (mut next, mut at) = (*ip.get(6)?, 40);
    loop {
        match next {
            17 => return ip.get(at..).map(Cow::Borrowed),
            // Hop by hop, routing, destination.
            0 | 43 | 60 => {
                next = *ip.get(at)?;
                at += (usize::from(*ip.get(at + 1)?) + 1) * 8;
            }
            44 => {
                let word = half(ip, at + 2)?;
                if *ip.get(at)? != 17 {
                    return None;
                }
                let key = [ip.get(8..40)?, ip.get(at + 4..at + 8)?].concat();
                return fragments.add(key, word & 0xfff8, word & 1 != 0, ip.get(at + 8..)?).map(Cow::Owned);
            }
            _ => return None,
        }
    }
}

fn udp(datagram: &[u8]) -> Option<&[u8]> {
    let length = half(datagram, 4)?;
    let end = if length < 8 { datagram.len() } else { length.min(datagram.len()) };
    datagram.get(8..end)
}
