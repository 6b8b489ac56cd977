//! The whole way: bytes, batch, store, tree, keys, cells. No panic, no control character, every span accounted for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use tracetui::model::Timestamp;
use tracetui::query::tree::{Node, Tree};
use tracetui::store::Store;
use tracetui::tui::{App, Code, Colors, Key, Mouse, MouseKind, Msg, Options, Work};

use super::batch::{assert_bounded, decode_any, is_datagram};

/// 2024-01-15T10:35:00Z.
const NOW: Timestamp = Timestamp(1_705_314_900_000_000_000);

/// One character keys that mean something somewhere, and letters for prompts.
const LETTERS: &str = "lgGjkhvstFSHepcEotyY:?/[]{}()<>q ax\u{301}\u{202e}漢";

const CODES: [Code; 14] = [
    Code::Enter,
    Code::Enter,
    Code::Esc,
    Code::Tab,
    Code::BackTab,
    Code::Backspace,
    Code::Up,
    Code::Down,
    Code::Left,
    Code::Right,
    Code::Home,
    Code::End,
    Code::PageUp,
    Code::PageDown,
];

const SIZES: [(u16, u16); 6] = [(80, 24), (40, 10), (200, 60), (39, 24), (80, 10), (1, 1)];

/// Open a trace, down, tabs, enlarge, next error, times, folds, back, health, dump, help, filter: see [`press`].
pub(crate) const TOUR: [u8; 20] =
    [106, 99, 99, 109, 109, 106, 99, 108, 12, 8, 23, 24, 108, 11, 106, 108, 21, 108, 22, 14];

/// Options for 64 MiB and no colours.
pub(crate) fn plain() -> Options {
    Options {
        colors: Colors::None,
        light: false,
        ascii: false,
        memory: 64 << 20,
        utc: true,
        now: NOW,
        invitation: tracetui::model::Invitation::default(),
    }
}

/// Settings in one byte, keys in a list, then a datagram or a file.
pub(crate) fn screen(bytes: &[u8]) {
    let mut input = bytes;
    let settings = super::byte(&mut input).unwrap_or_default();
    let keys = super::list(&mut input, 32);
    let memory = if settings & 1 == 0 { 64 << 20 } else { 48 << 10 };
    let colors = if settings & 2 == 0 { Colors::None } else { Colors::True };
    let (ascii, light) = (settings & 4 != 0, settings & 8 != 0);
    show(input, keys, Options { colors, light, ascii, memory, ..plain() });
}

/// Shows a datagram or a file on 80×24 cells and presses keys; the app as it stands then.
pub(crate) fn show(input: &[u8], keys: &[u8], options: Options) -> App {
    let batch = decode_any(input);
    assert_bounded(&batch, input.len(), if is_datagram(input) { 4 } else { 16 });
    let received = batch.spans.len() as u64;
    let mut app = App::new(options);
    let mut size = SIZES[0];
    app.update(Msg::Resize { width: size.0, height: size.1 });
    app.extend(&batch);
    assert_accounted(app.store(), received);
    assert_trees(app.store());
    draw(&mut app, size);
    for key in keys {
        press(&mut app, *key, &mut size);
        draw(&mut app, size);
    }
    // The same again: only duplicates, and the picture still stands.
    app.extend(&batch);
    assert_accounted(app.store(), 2 * received);
    draw(&mut app, size);
    app
}

fn press(app: &mut App, key: u8, size: &mut (u16, u16)) {
    let number = usize::from(key & 0x3f);
    let message = match key >> 6 {
        0 | 1 if key < 96 => Msg::Key(Key::plain(Code::Char(LETTERS.chars().nth(number).unwrap_or('j')))),
        1 => Msg::Key(Key { shift: number & 16 != 0, ..Key::plain(CODES[number % CODES.len()]) }),
        2 if number < 6 => {
            *size = SIZES[number];
            Msg::Resize { width: size.0, height: size.1 }
        }
        2 => Msg::Key(Key { ctrl: true, ..Key::plain(Code::Char(char::from(b'a' + key % 26))) }),
        _ => {
            let kinds =
                [MouseKind::Press { clicks: 1 }, MouseKind::Press { clicks: 2 }, MouseKind::Drag, MouseKind::WheelDown];
            let (column, row) = (u16::from(key & 0xf) * 5, u16::from(key & 0xf) * 3 / 2);
            Msg::Mouse(Mouse { kind: kinds[number >> 4], column, row })
        }
    };
    app.update(message);
}

fn draw(app: &mut App, size: (u16, u16)) {
    while app.refresh() == Work::Now {}
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buffer = Buffer::empty(area);
    app.draw(area, &mut buffer);
    for cell in buffer.content() {
        let harmful =
            |char: char| char.is_control() || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!cell.symbol().contains(harmful), "a cell holds {:?}", cell.symbol());
    }
}

fn assert_accounted(store: &Store, received: u64) {
    let totals = store.totals();
    assert_eq!(totals.received, received);
    let sum = totals.spans + totals.evicted_spans + totals.refused + totals.duplicates + totals.replaced;
    assert_eq!(sum, received, "{totals:?}");
    assert_eq!(store.traces().map(|trace| trace.len() as u64).sum::<u64>(), totals.spans);
}

/// Every span is one row below its parent, inside its trace's time.
fn assert_trees(store: &Store) {
    for trace in store.traces() {
        let tree = Tree::build(trace);
        let spans = tree.rows.iter().filter(|row| matches!(row.node, Node::Span(_))).count();
        assert_eq!(spans, trace.len());
        assert_eq!(tree.rows.len(), spans + tree.missing as usize);
        assert!(trace.start() <= trace.end());
        assert_eq!(trace.duration(), trace.end().since(trace.start()));
        for (at, row) in tree.rows.iter().enumerate() {
            let depth = row.parent.and_then(|parent| tree.rows.get(parent as usize)).map(|parent| parent.depth + 1);
            assert_eq!(row.depth, depth.unwrap_or_default());
            assert!(row.parent.is_none_or(|parent| (parent as usize) < at) && row.subtree >= 1);
        }
        for span in trace.spans() {
            assert!(trace.start() <= span.start() && span.start() <= span.end() && span.end() <= trace.end());
        }
    }
}
