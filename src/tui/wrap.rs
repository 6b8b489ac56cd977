//! One line of text in pieces that fit.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::text::safe;

/// Pieces beyond which the rest is left out.
pub(crate) const MOST_LINES: usize = 2_000;

/// What stands for a tab.
pub(crate) const TAB: &str = "    ";

/// Breaks one line of text into pieces of at most `room` cells: between words, in words that are longer than that behind a sign
/// that joins their parts.
pub(crate) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let text = text.replace('\t', TAB);
    let text = safe(&text);
    let mut pieces = vec![String::new()];
    let (mut used, mut word, mut joint) = (0, 0, 0);
    for cluster in text.graphemes(true) {
        let size = cluster.width();
        let Some(piece) = pieces.last_mut() else { break };
        if used + size > room {
            // What the line's last word has so far goes on with it, unless the word fills the line.
            let (before, last) = piece.split_at_checked(word).unwrap_or((piece, ""));
            let breaks = cluster != " " && !before.trim().is_empty() && last.width() + size <= room;
            let tail = piece.split_at_checked(joint).map_or(0, |(_, tail)| tail.width());
            let carried = match (breaks, joint > word && tail + size <= room / 2) {
                (true, _) => piece.split_off(word),
                (false, true) => piece.split_off(joint),
                (false, false) => String::new(),
            };
            piece.truncate(piece.trim_end().len());
            used = carried.width();
            pieces.push(carried);
            (word, joint) = (0, 0);
            if pieces.len() > MOST_LINES {
                break;
            }
            if cluster == " " {
                continue;
            }
        }
        let Some(piece) = pieces.last_mut() else { break };
        used += size;
        // A number is not taken apart.
        let in_number = piece.ends_with(|char: char| char.is_ascii_digit());
        piece.push_str(cluster);
        match cluster {
            " " => word = piece.len(),
            "." | ":" | "," if in_number => {}
            "." | ":" | "," | "/" | "\\" | "(" | ";" | "&" | "?" | "=" => joint = piece.len(),
            _ => {}
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_break_between_words_and_tabs_are_blanks() {
        let lines = wrapped("card ending 4242 was declined", 17);
        assert_eq!(lines, ["card ending 4242", "was declined"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("\tat com.shop.Cart", 40), ["    at com.shop.Cart"]);
        assert_eq!(
            wrapped("at com.shop.Acquirer.authorize(Acquirer.java:118)", 30),
            ["at", "com.shop.Acquirer.authorize(", "Acquirer.java:118)"]
        );
        assert_eq!(wrapped("/api/orders/1234.5678", 18), ["/api/orders/", "1234.5678"]);
    }

    proptest! {
        #[test]
        fn what_is_broken_fits_and_loses_nothing_but_blanks(text in "[a-z繁 ]{0,60}", room in 4usize..20) {
            let lines = wrapped(&text, room);
            prop_assert!(lines.iter().all(|line| line.width() <= room), "{lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }
    }
}
