//! The store on Health: what is held, where the rest of what was received went, and what the list does not show of it.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::model::{SourceState, SourceStatus};
use crate::tui::text::{Pen, bytes, cells, count, counted};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::{panel, title};
use crate::tui::wrap::wrapped;

/// Sentences, in lines of so many cells.
fn lines(cx: &Cx<'_>, hidden: Option<&str>, width: u16) -> Vec<(Role, String)> {
    let room = usize::from(width.saturating_sub(4).max(8));
    let said = why(cx, hidden).into_iter().map(|text| (Role::Warning, text));
    let all = [(Role::Text, held(cx)), (Role::Muted, equation(cx))].into_iter().chain(said);
    all.flat_map(|(role, text)| wrapped(&text, room).into_iter().map(move |line| (role, line))).collect()
}

/// Lines inside the panel on a screen of this width.
pub(super) fn height(cx: &Cx<'_>, hidden: Option<&str>, width: u16) -> u16 {
    cells(lines(cx, hidden, width).len())
}

/// ```text
/// ╭ Store ──────────────────────────────────────────────────────╮
/// │ 12 traces  480 spans  1.9 MiB of 2.0 GiB                    │
/// │ received 500 = 480 held + 20 evicted (the oldest 1 trace)   │
/// │ the list shows 3 of 12 traces, those of its filter pay; …   │
/// ╰─────────────────────────────────────────────────────────────╯
/// ```
pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>, hidden: Option<&str>) {
    let inner = panel(area, buf, cx, false);
    title(area, buf, cx).put(" Store ", cx.theme.style(Role::Strong));
    for ((role, text), y) in lines(cx, hidden, area.width).iter().zip(inner.y..inner.bottom()) {
        Pen::new(buf, cx.glyphs, inner.x + 1, y, inner.right()).put(text, cx.theme.style(*role));
    }
}

fn held(cx: &Cx<'_>) -> String {
    let totals = &cx.totals;
    let [traces, spans] = [counted(totals.traces, "trace"), counted(totals.spans, "span")];
    format!("{traces}  {spans}  {} of {}", bytes(totals.bytes), bytes(totals.budget))
}

/// Where every span that was received is now. What did not happen is left out.
fn equation(cx: &Cx<'_>) -> String {
    let totals = &cx.totals;
    let parts = [
        (totals.evicted_spans, format!(" evicted (the oldest {})", counted(totals.evicted_traces, "trace"))),
        (totals.duplicates, " sent twice".to_owned()),
        (totals.replaced, " replaced by later copies".to_owned()),
        (totals.refused, " lost (of traces larger than the budget)".to_owned()),
    ];
    let parts = parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!(" + {}{what}", count(n)));
    format!("received {} = {} held{}", count(totals.received), count(totals.spans), parts.collect::<String>())
}

/// Why there may be nothing to see although something came.
fn why(cx: &Cx<'_>, hidden: Option<&str>) -> Vec<String> {
    let totals = &cx.totals;
    let mut said = Vec::new();
    let is_waiting = |source: &SourceStatus| matches!(source.state, SourceState::Listening | SourceState::Busy);
    if totals.received + totals.output == 0 && !cx.sources.is_empty() && cx.sources.iter().all(is_waiting) {
        let text = "no span has come in: is the program told to send here, and to which of these doors? does it sample its \
                    traces? has it flushed them before it ended?";
        said.push(text.to_owned());
    }
    if totals.spans == 0 && totals.evicted_spans + totals.refused > 0 {
        let budget = bytes(totals.budget);
        said.push(format!("all that came had to go again: {budget} are too little, --memory gives more"));
    }
    if let Some(arrived) = cx.paused {
        let text = format!("the picture is frozen, {} came since; {{pause}} goes on", counted(arrived, "span"));
        said.push(cx.say(&text));
    }
    said.extend(hidden.filter(|_| totals.traces > 0).map(str::to_owned));
    said
}
