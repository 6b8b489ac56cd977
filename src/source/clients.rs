//! What clients say about losses: numbered batches (`seqNo`) and their own counters (`ClientStats`). Bounded: whoever
//! comes after the first thousand clients is not followed.

use std::collections::HashMap;

/// Clients followed at the same time.
const MOST: usize = 1000;

/// A larger jump is a client that numbers in its own way, not a loss.
const LARGEST_GAP: i64 = 1_000_000;

/// Losses per client.
#[derive(Debug, Default)]
pub(super) struct Clients {
    known: HashMap<Vec<u8>, Client>,
}

#[derive(Debug, Default)]
struct Client {
    seq_no: Option<i64>,
    gaps: u64,
    dropped: i64,
}

impl Clients {
    /// Notes a batch number. Returns how many batches are newly missing, and how many missing ones came late.
    pub(super) fn number(&mut self, client: &[u8], seq_no: i64) -> (u64, u64) {
        let Some(client) = self.client(client) else { return (0, 0) };
        let Some(last) = client.seq_no else {
            client.seq_no = Some(seq_no);
            return (0, 0);
        };
        if seq_no <= last {
            let late = u64::from(seq_no < last && client.gaps > 0);
            client.gaps -= late;
            return (0, late);
        }
        client.seq_no = Some(seq_no);
        let gap = seq_no.saturating_sub(last) - 1;
        let missing = if gap > LARGEST_GAP { 0 } else { u64::try_from(gap).unwrap_or(0) };
        client.gaps += missing;
        (missing, 0)
    }

    /// Notes the spans that a client says it dropped since it started. Returns how many are new.
    pub(super) fn dropped(&mut self, client: &[u8], total: i64) -> u64 {
        let Some(client) = self.client(client) else { return 0 };
        let new = u64::try_from(total.saturating_sub(client.dropped)).unwrap_or(0);
        client.dropped = client.dropped.max(total);
        new
    }

    fn client(&mut self, name: &[u8]) -> Option<&mut Client> {
        if !self.known.contains_key(name) {
            if self.known.len() >= MOST {
                return None;
            }
            self.known.insert(name.to_vec(), Client::default());
        }
        self.known.get_mut(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_number_is_a_gap_until_it_comes_late() {
        let mut clients = Clients::default();
        assert_eq!(clients.number(b"a", 7), (0, 0));
        assert_eq!(clients.number(b"b", 1), (0, 0));
        assert_eq!(clients.number(b"a", 10), (2, 0));
        assert_eq!(clients.number(b"a", 9), (0, 1));
        assert_eq!(clients.number(b"a", 10), (0, 0));
        assert_eq!(clients.number(b"a", i64::MAX), (0, 0));
        assert_eq!(clients.number(b"b", i64::MIN), (0, 0));
    }

    #[test]
    fn totals_of_a_client_are_counted_once() {
        let mut clients = Clients::default();
        assert_eq!(clients.dropped(b"a", 5), 5);
        assert_eq!(clients.dropped(b"a", 5), 0);
        assert_eq!(clients.dropped(b"a", 8), 3);
        assert_eq!(clients.dropped(b"a", i64::MIN), 0);
    }

    #[test]
    fn a_flood_of_clients_is_not_followed() {
        let mut clients = Clients::default();
        for client in 0..100_000_u32 {
            clients.number(&client.to_be_bytes(), 1);
        }
        assert_eq!(clients.known.len(), MOST);
    }
}
