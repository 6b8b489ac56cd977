//! Text that is too long for its place, cut in the middle: names begin alike and end apart, so both ends must stay.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::text::{safe, width};

/// A service is never shortened below this many cells, as long as its operation has room.
const LEAST_SERVICE: u16 = 6;

/// A short form of a service, for rows whose service the row above has said.
const SHORT_SERVICE: u16 = 8;

/// Text in at most `room` cells. Where it is too long, `ellipsis` stands for what is left out; about `head` of 100 cells
/// before it.
pub(crate) fn middle(text: &str, room: u16, head: u16, ellipsis: char) -> String {
    let text = safe(text);
    if width(&text) <= room {
        return text.into_owned();
    }
    let Some(free) = room.checked_sub(1) else { return String::new() };
    let before = usize::from(free * head / 100);
    let after = usize::from(free) - before;
    let start: String = whole(text.graphemes(true), before).collect();
    let mut end: Vec<&str> = whole(text.graphemes(true).rev(), after).collect();
    end.reverse();
    format!("{start}{ellipsis}{}", end.concat())
}

/// As many of the characters as fit into `room` cells.
fn whole<'a>(clusters: impl Iterator<Item = &'a str>, room: usize) -> impl Iterator<Item = &'a str> {
    clusters
        .scan(0, |used, cluster| {
            *used += cluster.width();
            Some((*used, cluster))
        })
        .take_while(move |(used, _)| *used <= room)
        .map(|(_, cluster)| cluster)
}

/// Service and operation in at most `room` cells, a blank between them included. First the service gives way, then the
/// operation; the operation is never left out.
pub(crate) fn names(service: &str, operation: &str, room: u16, ellipsis: char) -> (String, String) {
    let (whole, wanted) = (width(service), width(operation));
    let service_room = room.saturating_sub(wanted + 1).max(LEAST_SERVICE).min(whole);
    // Too narrow for both: which service it is, its colour says.
    let has_both = !service.is_empty() && room >= 2 * LEAST_SERVICE;
    let service = if has_both { middle(service, service_room, 50, ellipsis) } else { String::new() };
    let used = if has_both { width(&service) + 1 } else { 0 };
    (service, middle(operation, room.saturating_sub(used), 40, ellipsis))
}

/// The short form of a service that every row bears where there is no colour to tell.
pub(crate) fn short_service(service: &str, ellipsis: char) -> String {
    middle(service, SHORT_SERVICE, 50, ellipsis)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_service_gives_way_first_and_both_keep_their_ends() {
        let (service, operation) = ("acme-storefront-gateway", "com.acme.customer.v1/GetProfile");
        let names = |room| names(service, operation, room, '…');
        assert_eq!(names(60), (service.to_owned(), operation.to_owned()));
        assert_eq!(names(44), ("acme-…ateway".to_owned(), operation.to_owned()));
        assert_eq!(names(30), ("ac…way".to_owned(), "com.acme….v1/GetProfile".to_owned()));
        assert_eq!(names(11).0, "");
        assert!(names(11).1.starts_with("com.") && names(11).1.ends_with("rofile"), "{:?}", names(11));
    }

    proptest! {
        #[test]
        fn what_is_shortened_fits_and_names_never_vanish(service in "[ -~é繁]{0,40}", operation in "[ -~é繁]{1,40}", room in 2u16..60) {
            let (short, name) = names(&service, &operation, room, '…');
            let blank = u16::from(!short.is_empty());
            prop_assert!(width(&short) + blank + width(&name) <= room);
            prop_assert!(!name.is_empty());
            prop_assert!(width(&middle(&service, room, 50, '…')) <= room);
        }
    }
}
