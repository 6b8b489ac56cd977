//! Fixture + keys → screen: the one way in which tests (and pictures made by tests) see the interface.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use tracetui::model::{Invitation, SourceState, SourceStatus, Span, SpanBatch, Timestamp};
use tracetui::source::{PROTOCOLS, Protocol, ProtocolRow, Transport, invitation};
use tracetui::tui::{App, Colors, Effect, Key, Mouse, MouseKind, Msg, Options, Work, role_letter};

/// An app in a terminal that exists only as cells.
pub(crate) struct Harness {
    app: App,
    area: Rect,
    now: Timestamp,
    pub(crate) effects: Vec<Effect>,
}

/// The time at which every harness stands: 2024-01-15T10:35:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_705_314_900_000_000_000);

/// Options as a test wants them: no colours, UTC, fixed time.
pub(crate) fn options() -> Options {
    Options {
        colors: Colors::None,
        light: false,
        ascii: false,
        memory: 64 << 20,
        utc: true,
        now: NOW,
        invitation: Invitation::default(),
    }
}

/// Spans as one batch.
pub(crate) fn batch(spans: &[Span<'_>]) -> SpanBatch {
    let mut batch = SpanBatch::default();
    for span in spans {
        batch.push(span);
    }
    batch
}

impl Harness {
    pub(crate) fn new(options: Options, width: u16, height: u16) -> Self {
        Self::of(App::new(options), width, height)
    }

    pub(crate) fn of(mut app: App, width: u16, height: u16) -> Self {
        app.update(Msg::Resize { width, height });
        Self { app, area: Rect::new(0, 0, width, height), now: NOW, effects: Vec::new() }.settled()
    }

    /// With spans of a console or jsonl text.
    pub(crate) fn open(text: &[u8], width: u16, height: u16) -> Self {
        Self::new(options(), width, height).feed(text)
    }

    pub(crate) fn feed(mut self, text: &[u8]) -> Self {
        let mut batch = SpanBatch::default();
        let options = tracetui::ingest::DecodeOptions::default();
        let mut decoder = tracetui::ingest::Decoder::new(options);
        decoder.feed(text, &mut batch);
        decoder.finish(&mut batch);
        self.extend(&batch);
        self.settled()
    }

    pub(crate) fn extend(&mut self, batch: &SpanBatch) {
        self.app.extend(batch);
        self.settle();
    }

    /// With one source that listens.
    pub(crate) fn listening(mut self) -> Self {
        let source = SourceStatus {
            protocol: "jaeger-compact".into(),
            endpoint: "127.0.0.1:6831".into(),
            state: SourceState::Listening,
            kernel_drops: Some(0),
            receive_buffer: Some((16 << 20, 8 << 20)),
            ..SourceStatus::default()
        };
        self.app.update(Msg::Sources(vec![source]));
        self.settled()
    }

    /// Presses keys, written as in the action table and separated by spaces.
    pub(crate) fn keys(mut self, keys: &str) -> Self {
        for text in keys.split_whitespace() {
            self.press(text);
            self.settle();
        }
        self
    }

    /// Presses a key and no more: what it leads to is for the frames to come.
    pub(crate) fn press(&mut self, key: &str) -> &mut Self {
        let effects = self.app.update(Msg::Key(Key::parse(key).unwrap_or_else(|| panic!("{key} is a key"))));
        self.effects.extend(effects);
        self
    }

    /// One frame, whatever is left to do after it.
    pub(crate) fn frame(&mut self) -> &mut Self {
        self.app.refresh();
        self
    }

    /// Lets so many seconds pass.
    pub(crate) fn wait(&mut self, seconds: u64) {
        self.now = self.now.plus(seconds * 1_000_000_000);
        self.app.update(Msg::Now(self.now));
        self.settle();
    }

    /// Types text, letter by letter.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.app.update(Msg::Paste(text.to_string()));
        self.settled()
    }

    pub(crate) fn mouse(mut self, kind: MouseKind, column: u16, row: u16) -> Self {
        let effects = self.app.update(Msg::Mouse(Mouse { kind, column, row }));
        self.effects.extend(effects);
        self.settled()
    }

    pub(crate) fn resize(mut self, width: u16, height: u16) -> Self {
        self.app.update(Msg::Resize { width, height });
        self.area = Rect::new(0, 0, width, height);
        self.settled()
    }

    pub(crate) fn settled(mut self) -> Self {
        self.settle();
        self
    }

    /// Lets work that is left for later frames be done; time goes on between frames.
    fn settle(&mut self) {
        while self.app.refresh() > Work::Done {
            self.now = self.now.plus(50_000_000);
            self.app.update(Msg::Now(self.now));
        }
    }

    pub(crate) fn app(&mut self) -> &mut App {
        &mut self.app
    }

    pub(crate) fn buffer(&self) -> Buffer {
        let mut buf = Buffer::empty(self.area);
        self.app.draw(self.area, &mut buf);
        buf
    }

    /// The screen as text, one line a row, without trailing blanks.
    pub(crate) fn screen(&self) -> String {
        let buf = self.buffer();
        let mut lines = Vec::new();
        for y in 0..self.area.height {
            let mut line = String::new();
            let mut skip = 0;
            for x in 0..self.area.width {
                let symbol = buf[(x, y)].symbol();
                if skip > 0 {
                    skip -= 1;
                    continue;
                }
                skip = unicode_width::UnicodeWidthStr::width(symbol).saturating_sub(1);
                line.push_str(symbol);
            }
            lines.push(line.trim_end().to_string());
        }
        lines.join("\n")
    }

    /// The screen as text and, below it, as colour roles: a letter for each cell that shows something, see
    /// [`role_letter`]; `d` is an error below, and the columns of the selected row's ground stand behind its line.
    pub(crate) fn picture(&self) -> String {
        let buf = self.buffer();
        let lines = (0..self.area.height).map(|y| {
            let row = |x: u16| &buf[(x, y)];
            let letters: String = (0..self.area.width).map(|x| letter(row(x))).collect();
            let ground: Vec<u16> = (0..self.area.width).filter(|x| role_letter(row(*x).bg) == Some('>')).collect();
            let mark = ground.first().zip(ground.last()).map(|(from, to)| format!("  > {from} to {to}"));
            letters.trim_end().to_string() + &mark.unwrap_or_default()
        });
        format!("{}\n\n{}", self.screen(), lines.collect::<Vec<_>>().join("\n"))
    }

    /// The screen as text and, below it, where styles change in each line and to what.
    pub(crate) fn painted(&self) -> String {
        let buf = self.buffer();
        let lines = (0..self.area.height).map(|y| {
            let (mut line, mut last) = (String::new(), None);
            for x in 0..self.area.width {
                let cell = &buf[(x, y)];
                let style = (cell.fg, cell.bg, cell.modifier);
                let blank = cell.symbol() == " " && cell.bg == Color::Reset && cell.modifier.is_empty();
                if !blank && last != Some(style) {
                    line += &format!(" {x}:{}/{}{:?}", cell.fg, cell.bg, cell.modifier).replace("Modifier(NONE)", "");
                    last = Some(style);
                }
            }
            line
        });
        format!("{}\n\n{}", self.screen(), lines.collect::<Vec<_>>().join("\n"))
    }

    /// Whether a word of the screen is underlined, wherever it stands.
    pub(crate) fn is_underlined(&self, word: &str) -> bool {
        let buf = self.buffer();
        let mut text = String::new();
        for y in 0..self.area.height {
            let cells = (0..self.area.width).map(|x| &buf[(x, y)]);
            let underlined = cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
            text.extend(underlined.map(Cell::symbol));
            text.push('\n');
        }
        text.contains(word)
    }

    /// The screen's first line that holds `text`.
    pub(crate) fn line(&self, text: &str) -> Option<String> {
        self.screen().lines().find(|line| line.contains(text)).map(str::to_string)
    }
}

/// The role of a cell that shows something.
fn letter(cell: &Cell) -> char {
    if cell.symbol().trim().is_empty() && !cell.modifier.contains(Modifier::REVERSED) {
        return ' ';
    }
    // A mark on a bar is black on the bar's colour.
    let role = role_letter(cell.fg).or_else(|| role_letter(cell.bg)).unwrap_or('.');
    if role == 'e' && cell.modifier.contains(Modifier::DIM) { 'd' } else { role }
}

/// What is said to whoever sends to these addresses.
pub(crate) fn waiting_on(endpoints: &[&str]) -> Invitation {
    let door = |endpoint: &&str| {
        let port = endpoint.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
        let protocol = Protocol::of_port(port);
        let protocol = if protocol == Protocol::Any { Protocol::Jaeger } else { protocol };
        SourceStatus { protocol: protocol.name().into(), endpoint: (*endpoint).into(), ..SourceStatus::default() }
    };
    invitation(&endpoints.iter().map(door).collect::<Vec<_>>())
}

/// Every usual port, open on both addresses of loopback.
pub(crate) fn usual_doors() -> Vec<SourceStatus> {
    let door = |row: &ProtocolRow, host| SourceStatus {
        protocol: row.name.into(),
        endpoint: format!("{host}:{}", row.port.expect("a usual port")),
        requests: (row.transport == Transport::Tcp).then_some(0),
        kernel_drops: (row.transport == Transport::Udp).then_some(0),
        ..SourceStatus::default()
    };
    let usual = PROTOCOLS.iter().filter(|row| row.is_usual);
    usual.flat_map(|row| ["127.0.0.1", "[::1]"].map(|host| door(row, host))).collect()
}
