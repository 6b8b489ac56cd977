//! Writes `screenshots/*.svg`: the interface itself, drawn from the built-in workload at a fixed time.

use std::fmt::Write;
use std::{fs, io};

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use tracetui::demo::{SEED, workload};
use tracetui::model::{SourceState, SourceStatus, Timestamp};
use tracetui::tui::{App, Colors, Key, Msg, Options, Work};

/// 2026-01-15T10:30:00Z.
const NOW: Timestamp = Timestamp(1_768_473_000_000_000_000);

/// Width, height and baseline of a cell in pixels; whole numbers, so that blocks meet.
const CELL: (usize, usize, usize) = (9, 19, 14);

const GROUND: &str = "#1a1b26";
const TEXT: &str = "#c8cfea";

/// Name, size, and the keys that lead there.
const SHOTS: &[(&str, u16, u16, &str)] = &[
    ("traces", 140, 40, "down down down down"),
    ("why", 140, 36, "tab down right"),
    ("trace", 140, 40, "/ d e l i v e r y enter down down enter esc g down down down down"),
    ("error", 140, 40, "tab down right enter enter tab enter down down"),
    ("zoom", 140, 36, "down down down down down down down enter e z"),
    ("small", 80, 24, "/ d e l i v e r y enter down down enter esc g down down down down"),
    ("output", 140, 40, "L 4 G up up up up up up up right"),
    ("health", 140, 24, "H"),
    ("help", 100, 40, "?"),
];

fn main() -> io::Result<()> {
    fs::create_dir_all("screenshots")?;
    for (name, width, height, keys) in SHOTS {
        let mut app = App::new(Options {
            colors: Colors::True,
            light: false,
            ascii: false,
            memory: 512 << 20,
            utc: true,
            now: NOW,
            invitation: tracetui::model::Invitation::default(),
        });
        app.update(Msg::Resize { width: *width, height: *height });
        for batch in workload(SEED, NOW) {
            app.extend(&batch);
        }
        app.update(Msg::Sources(vec![source("127.0.0.1:6831"), source("[::1]:6831")]));
        app.update(Msg::Now(Timestamp(NOW.0 + 1_000_000_000)));
        settle(&mut app);
        for key in keys.split(' ').filter_map(Key::parse) {
            app.update(Msg::Key(key));
            settle(&mut app);
        }
        let area = Rect::new(0, 0, *width, *height);
        let mut buf = Buffer::empty(area);
        app.draw(area, &mut buf);
        fs::write(format!("screenshots/{name}.svg"), svg(&buf))?;
    }
    Ok(())
}

/// A listener as it stands after the workload has come in through it.
fn source(endpoint: &str) -> SourceStatus {
    let first = endpoint.starts_with('1');
    SourceStatus {
        protocol: "jaeger-compact".to_string(),
        endpoint: endpoint.to_string(),
        state: SourceState::Listening,
        datagrams: if first { 1_548 } else { 0 },
        bytes: if first { 5_822_604 } else { 0 },
        spans: if first { 12_476 } else { 0 },
        kernel_drops: Some(0),
        receive_buffer: Some((16 << 20, 8 << 20)),
        ..SourceStatus::default()
    }
}

/// Lets work that is left for later frames be done; time goes on between frames.
fn settle(app: &mut App) {
    let mut now = Timestamp(NOW.0 + 1_000_000_000);
    while app.refresh() > Work::Done {
        now = now.plus(16_000_000);
        app.update(Msg::Now(now));
    }
}

fn svg(buf: &Buffer) -> String {
    let (width, height) = (usize::from(buf.area.width) * CELL.0, usize::from(buf.area.height) * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-12 -12 {} {}\" font-family=\"'JetBrains Mono','DejaVu Sans Mono',Menlo,Consolas,monospace\" font-size=\"15\">\n<rect x=\"-12\" y=\"-12\" width=\"{0}\" height=\"{1}\" rx=\"8\" fill=\"{GROUND}\"/>",
        width + 24,
        height + 24
    );
    for y in 0..buf.area.height {
        let mut run = Run::default();
        let mut skip = 0;
        for x in 0..buf.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let cell = &buf[(x, y)];
            let size = unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1);
            skip = size - 1;
            let (left, top) = (usize::from(x) * CELL.0, usize::from(y) * CELL.1);
            let (front, ground) = colors(cell);
            if ground != GROUND {
                rect(&mut out, (left, top, size * CELL.0, CELL.1), &ground);
            }
            let plain = cell.symbol() == " " && !cell.modifier.contains(Modifier::UNDERLINED);
            if plain || geometry(&mut out, cell.symbol(), (left, top), &front) {
                run.flush(&mut out);
                continue;
            }
            run.push(&mut out, (left, top, size), &front, cell);
        }
        run.flush(&mut out);
    }
    out.push_str("</svg>");
    out
}

/// Neighbouring cells of one style, written as one text so that fonts of other widths keep their place.
#[derive(Default)]
struct Run {
    left: usize,
    top: usize,
    cells: usize,
    style: String,
    text: String,
}

impl Run {
    fn push(&mut self, out: &mut String, (left, top, size): (usize, usize, usize), front: &str, cell: &Cell) {
        let bold = if cell.modifier.contains(Modifier::BOLD) { " font-weight=\"700\"" } else { "" };
        let line = if cell.modifier.contains(Modifier::UNDERLINED) { " text-decoration=\"underline\"" } else { "" };
        let style = format!("fill=\"{front}\"{bold}{line}");
        let wide = size > 1;
        if self.cells == 0 || self.style != style || self.left + self.cells * CELL.0 != left || wide {
            self.flush(out);
            (self.left, self.top, self.style) = (left, top, style);
        }
        self.cells += size;
        self.text.push_str(&cell.symbol().replace('&', "&amp;").replace('<', "&lt;"));
        if wide {
            self.flush(out);
        }
    }

    fn flush(&mut self, out: &mut String) {
        if self.cells > 0 {
            let (width, baseline) = (self.cells * CELL.0, self.top + CELL.2);
            let _ = writeln!(
                out,
                "<text x=\"{}\" y=\"{baseline}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" {}>{}</text>",
                self.left, self.style, self.text
            );
        }
        self.cells = 0;
        self.text.clear();
    }
}

fn colors(cell: &Cell) -> (String, String) {
    let name = |color: Color, otherwise: &str| {
        if let Color::Rgb(r, g, b) = color {
            return format!("#{r:02x}{g:02x}{b:02x}");
        }
        if color == Color::Black { GROUND.to_string() } else { otherwise.to_string() }
    };
    let (front, ground) = (name(cell.fg, TEXT), name(cell.bg, GROUND));
    if cell.modifier.contains(Modifier::REVERSED) { (ground, front) } else { (front, ground) }
}

fn rect(out: &mut String, (x, y, width, height): (usize, usize, usize, usize), fill: &str) {
    let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"/>");
}

/// Draws blocks, lines and braille as shapes; false for signs that are text.
fn geometry(out: &mut String, symbol: &str, (x, y): (usize, usize), color: &str) -> bool {
    let (width, height) = (CELL.0, CELL.1);
    let Some(sign) = symbol.chars().next().filter(|_| symbol.chars().count() == 1) else {
        return false;
    };
    let number = u32::from(sign);
    if (0x2589..=0x258f).contains(&number) || sign == '█' {
        let eighths = if sign == '█' { 8 } else { (0x2590 - number) as usize };
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{:.3}\" height=\"{height}\" fill=\"{color}\"/>",
            width as f64 * eighths as f64 / 8.0
        );
        return true;
    }
    if sign == '▕' {
        rect(out, (x + width - 1, y, 1, height), color);
        return true;
    }
    if sign == '■' {
        rect(out, (x, y + 5, width, 9), color);
        return true;
    }
    if (0x2800..=0x28ff).contains(&number) {
        for bit in 0..8_usize {
            if number >> bit & 1 == 1 {
                let (column, row) = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)][bit];
                let (cx, cy) = (x * 2 + 5 + column * 9, y * 2 + 5 + row * 9);
                let _ = writeln!(
                    out,
                    "<circle cx=\"{}\" cy=\"{}\" r=\"1.3\" fill=\"{color}\"/>",
                    cx as f64 / 2.0,
                    cy as f64 / 2.0
                );
            }
        }
        return true;
    }
    let (left, right, top, bottom) = (x, x + width, y, y + height);
    let (mx, my) = (x as f64 + width as f64 / 2.0, y as f64 + height as f64 / 2.0);
    let path = match sign {
        '─' => format!("M{left} {my}H{right}"),
        '│' => format!("M{mx} {top}V{bottom}"),
        '╷' => format!("M{mx} {my}V{bottom}"),
        '├' => format!("M{mx} {top}V{bottom}M{mx} {my}H{right}"),
        '└' => format!("M{mx} {top}V{my}H{right}"),
        '╭' => format!("M{right} {my}Q{mx} {my} {mx} {bottom}"),
        '╮' => format!("M{left} {my}Q{mx} {my} {mx} {bottom}"),
        '╯' => format!("M{mx} {top}Q{mx} {my} {left} {my}"),
        '╰' => format!("M{mx} {top}Q{mx} {my} {right} {my}"),
        '━' | '╸' => {
            let end = if sign == '━' { right as f64 } else { mx };
            let _ = writeln!(out, "<path d=\"M{left} {my}H{end}\" stroke=\"{color}\" stroke-width=\"3\"/>");
            return true;
        }
        _ => return false,
    };
    let _ = writeln!(out, "<path d=\"{path}\" stroke=\"{color}\" fill=\"none\"/>");
    true
}
