//! What to do while there is nothing to show: where tracetui listens and lines to copy.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::model::SourceState;
use crate::tui::text::{Pen, cells};
use crate::tui::theme::Role;
use crate::tui::view::Cx;
use crate::tui::widget::panel;

pub(super) fn draw(area: Rect, buf: &mut Buffer, cx: &Cx<'_>) {
    let inner = panel(area, buf, cx, false);
    for (n, (role, text)) in lines(cx).into_iter().enumerate() {
        let y = inner.y + 1 + cells(n);
        if y >= inner.bottom() {
            break;
        }
        let style = cx.theme.style(role);
        Pen::new(buf, cx.glyphs, inner.x + 2, y, inner.right().saturating_sub(1)).put(&text, style);
    }
}

fn lines(cx: &Cx<'_>) -> Vec<(Role, String)> {
    let text = |role, text: &str| (role, text.to_string());
    let mut lines = Vec::new();
    let Some(address) = cx.listening.first() else {
        let reading = cx.sources.iter().any(|source| matches!(source.state, SourceState::Reading { .. }));
        lines.push(text(Role::Strong, if reading { "Reading, no trace yet" } else { "No traces" }));
        return lines;
    };
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "6831"));
    lines.push((Role::Strong, format!("Waiting for spans on {}", cx.listening.join(", "))));
    lines.push(text(Role::Muted, "Start your program like this; its traces show here as soon as they arrive."));
    lines.push(text(Role::Muted, ""));
    // Clients send to localhost:6831 when nothing else is said.
    let local = matches!(host, "127.0.0.1" | "0.0.0.0" | "localhost" | "[::1]" | "[::]");
    if !local {
        lines.push((Role::Text, format!("export OTEL_EXPORTER_JAEGER_AGENT_HOST={host} JAEGER_AGENT_HOST={host}")));
    }
    if port != "6831" {
        lines.push((Role::Text, format!("export OTEL_EXPORTER_JAEGER_AGENT_PORT={port} JAEGER_AGENT_PORT={port}")));
    }
    let node = if port == "6831" { "JAEGER_AGENT_PORT=6831 " } else { "" };
    let all = "JAEGER_SAMPLER_TYPE=const JAEGER_SAMPLER_PARAM=1";
    let clients = [
        (
            "Python",
            "opentelemetry-exporter-jaeger-thrift 1.21",
            "OTEL_TRACES_EXPORTER=jaeger_thrift OTEL_METRICS_EXPORTER=none \\".to_string(),
        ),
        ("", "", "  opentelemetry-instrument python app.py".to_string()),
        ("Node", "jaeger-client", format!("{node}{all} \\")),
        ("", "", "  node app.js".to_string()),
        ("Go", "jaeger-client-go", format!("{all} go run .")),
        ("Java", "jaeger-client", format!("{all} java -jar app.jar")),
        ("Rust", "opentelemetry-jaeger", "cargo run".to_string()),
    ];
    for (language, library, line) in clients {
        if !language.is_empty() {
            lines.push((Role::Accent, format!("{language}  {library}")));
        }
        lines.push((Role::Text, format!(" {line}")));
    }
    lines.push(text(Role::Muted, ""));
    let trouble = cx.say("Nothing comes? {health} shows what was received and what was wrong with it.");
    lines.push((Role::Muted, trouble));
    lines
}
