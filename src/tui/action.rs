//! The one table of actions: name, scope, default keys, help. What is made of it is in `keymap`.

/// Where an action applies. A view lists its scopes, most specific first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everywhere.
    Global,
    /// Wherever there are rows.
    Rows,
    /// The list of traces.
    Traces,
    /// One trace.
    Trace,
    /// Health.
    Health,
    /// What programs printed and logged.
    Output,
}

/// A row of the table.
#[derive(Debug)]
pub struct Binding {
    /// The action.
    pub action: Action,
    /// Its name, for the palette.
    pub name: &'static str,
    /// Where it applies.
    pub scope: Scope,
    /// Default keys, the first one is shown in hints.
    pub keys: &'static [&'static str],
    /// A word or two for the hint bar; empty when it is not shown there.
    pub hint: &'static str,
    /// What it does, one short sentence.
    pub help: &'static str,
}

macro_rules! actions {
    ($($id:ident $name:literal $scope:ident [$($key:literal),*] $hint:literal $help:literal;)*) => {
        /// Everything a key, the palette or the mouse can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the help text of each row says what it is")]
        pub enum Action { $($id),* }

        impl Action {
            /// The table, in the order in which help shows it.
            pub const TABLE: &'static [Binding] = &[
                $(Binding { action: Action::$id, name: $name, scope: Scope::$scope, keys: &[$($key),*], hint: $hint, help: $help }),*
            ];
        }
    };
}

actions! {
    Open "open" Traces ["enter"] "open" "Open the selected trace";
    OpenRight "open-right" Traces ["right", "l"] "" "Open the trace; in the services: why they fail";
    ToServices "to-services" Traces ["left", "h"] "" "Back to the services";
    Filter "filter" Traces ["/"] "filter" "Filter: words, \"phrases\", key=value, -not";
    Sort "sort" Traces ["s"] "sort" "Choose the order of the list, or of the services";
    Services "services" Traces ["tab", "backtab"] "services" "Go to the services pane and back";
    Follow "follow" Traces ["F"] "follow" "Keep the newest trace selected";
    Preview "preview" Traces ["v"] "preview" "Show the selected trace below the list";
    CopyId "copy-id" Traces ["y"] "" "Copy the id of the selected trace";

    Details "details" Trace ["enter"] "details" "Go to the details; there: open, or full height";
    Left "fold" Trace ["left", "h"] "fold" "Fold, or go to the parent";
    Right "unfold" Trace ["right", "l"] "unfold" "Unfold, or go to the first child";
    FoldAll "fold-all" Trace ["["] "fold all" "Fold all";
    UnfoldAll "unfold-all" Trace ["]"] "" "Unfold all";
    FewerLevels "fewer-levels" Trace ["{"] "" "Show one level less";
    MoreLevels "more-levels" Trace ["}"] "" "Show one level more";
    NextError "next-error" Trace ["e"] "error" "Next span with an error";
    PreviousError "previous-error" Trace ["E"] "" "Previous span with an error";
    Find "find" Trace ["/"] "find" "Find spans: words, \"phrases\", key=value, -not";
    NextMatch "next-match" Trace ["n"] "next match" "Next span that was found";
    PreviousMatch "previous-match" Trace ["N"] "" "Previous span that was found";
    Zoom "zoom" Trace ["z"] "zoom" "Zoom to the selected span";
    ZoomIn "zoom-in" Trace ["+"] "" "Zoom in";
    ZoomOut "zoom-out" Trace ["-"] "" "Zoom out";
    ZoomReset "zoom-off" Trace ["0"] "whole" "Show all of the trace's time";
    PanLeft "pan-left" Trace [",", "shift-left"] "" "Show what was earlier";
    PanRight "pan-right" Trace [".", "shift-right"] "" "Show what was later";
    Parent "parent" Trace ["p"] "parent" "Go to the parent";
    NextSibling "next-sibling" Trace [")", "shift-down"] "sibling" "Next sibling";
    PreviousSibling "previous-sibling" Trace ["(", "shift-up"] "" "Previous sibling";
    NextTab "next-tab" Trace ["tab"] "tabs" "Next tab of the details";
    PreviousTab "previous-tab" Trace ["backtab"] "" "Previous tab of the details";
    FollowLink "follow-link" Trace ["o"] "open link" "Open the trace that the span links to";
    Times "times" Trace ["t"] "times" "Start times: in trace, to parent, local, UTC";
    Wider "wider" Trace [">"] "" "Widen the names";
    Narrower "narrower" Trace ["<"] "" "Narrow the names";
    CopySpan "copy-span" Trace ["y"] "copy" "Copy the span as JSON; again: the value of the line";
    FilterBy "filter-by" Trace ["="] "" "Filter the list by the attribute under the cursor";
    CopyTraceId "copy-trace-id" Trace ["Y"] "" "Copy the trace id";

    Dump "hex-dump" Health ["enter"] "hex dump" "Show the selected problem whole, with its bytes";
    Sources "sources" Health ["tab", "backtab"] "sources" "Scroll the sources, and back to the problems";
    CopyProblem "copy-problem" Health ["y"] "copy" "Copy the selected problem with its bytes";

    OpenLine "open-line" Output ["enter"] "to the span" "Go to the span of the line, or to the trace";
    FilterOutput "filter-output" Output ["/"] "filter" "Filter by words in lines, loggers, attributes";
    Everything "all-lines" Output ["1"] "all lines" "Show all lines";
    FromDebug "debug-up" Output ["2"] "" "Show debug and graver";
    FromInfo "info-up" Output ["3"] "" "Show information and graver";
    FromWarn "warnings-up" Output ["4"] "warnings" "Show warnings and graver";
    FromError "errors-up" Output ["5"] "errors" "Show errors and graver";
    UnfoldLine "unfold-line" Output ["right", "l"] "unfold" "Show the lines under a line, such as a stack trace";
    FoldLine "fold-line" Output ["left", "h"] "fold" "Fold them";
    FollowOutput "follow-output" Output ["F"] "follow" "Keep the last line selected";
    Wrap "wrap" Output ["w"] "wrap" "Break long lines, or cut them";
    CopyLine "copy-line" Output ["y"] "" "Copy the line";

    Down "down" Rows ["down", "j"] "" "Next row";
    Up "up" Rows ["up", "k"] "" "Previous row";
    HalfPageDown "half-page-down" Rows ["ctrl-d"] "" "Half a page down";
    HalfPageUp "half-page-up" Rows ["ctrl-u"] "" "Half a page up";
    PageDown "page-down" Rows ["pagedown", "ctrl-f"] "" "Next page";
    PageUp "page-up" Rows ["pageup", "ctrl-b"] "" "Previous page";
    Top "top" Rows ["home", "g"] "" "First row";
    Bottom "bottom" Rows ["end", "G"] "" "Last row";

    Back "back" Global ["esc"] "back" "Close, clear or go back";
    StopReading "stop-reading" Global ["ctrl-x"] "stop reading" "Stop reading files, keep what is there";
    Pause "pause" Global ["space"] "pause" "Freeze the picture, receiving goes on";
    Health "health" Global ["H"] "health" "Sources, counters and problems";
    Output "output" Global ["L"] "output" "What programs printed and logged";
    Palette "commands" Global [":"] "commands" "Find an action by name";
    Help "help" Global ["?"] "help" "All keys";
    Quit "quit" Global ["q"] "" "Go back, then quit";
    QuitNow "quit-now" Global ["ctrl-c"] "" "Quit at once";
    Suspend "suspend" Global ["ctrl-z"] "" "Suspend to the shell";
    Redraw "redraw" Global ["ctrl-l"] "" "Draw everything again";
}

impl Scope {
    /// What the scope is called in help.
    pub fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Rows => "Rows",
            Self::Traces => "Traces",
            Self::Trace => "Trace",
            Self::Health => "Health",
            Self::Output => "Output",
        }
    }
}

impl Action {
    /// The action of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::TABLE.iter().find(|row| row.name == name).map(|row| row.action)
    }

    /// How many rows the action moves down, where a page is `page` rows; `None` when it is not about rows.
    pub(crate) fn rows(self, page: isize) -> Option<isize> {
        let steps = [
            (Self::Down, 1),
            (Self::Up, -1),
            (Self::HalfPageDown, (page + 1) / 2),
            (Self::HalfPageUp, -(page + 1) / 2),
            (Self::PageDown, page),
            (Self::PageUp, -page),
            (Self::Top, isize::MIN),
            (Self::Bottom, isize::MAX),
        ];
        steps.into_iter().find(|(action, _)| *action == self).map(|(_, rows)| rows)
    }

    /// The action's row.
    pub fn binding(self) -> Option<&'static Binding> {
        Self::TABLE.iter().find(|row| row.action == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::Key;

    #[test]
    fn every_row_of_the_table_is_well_formed() {
        for (n, row) in Action::TABLE.iter().enumerate() {
            assert!(!row.keys.is_empty(), "{} has a key", row.name);
            assert!(row.help.len() <= 52 && !row.help.ends_with('.'), "{}: {}", row.name, row.help);
            assert!(row.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", row.name);
            assert!(row.keys.iter().all(|key| Key::parse(key).is_some()), "{}", row.name);
            let later = Action::TABLE.iter().skip(n + 1);
            assert!(later.clone().all(|other| other.name != row.name), "{} is there once", row.name);
        }
    }

    #[test]
    fn no_key_has_two_meanings_where_both_could_apply() {
        for (n, row) in Action::TABLE.iter().enumerate() {
            for other in Action::TABLE.iter().skip(n + 1) {
                let wide = |scope| matches!(scope, Scope::Global | Scope::Rows);
                if row.scope == other.scope || wide(row.scope) || wide(other.scope) {
                    let shared = row.keys.iter().find(|key| other.keys.contains(key));
                    assert_eq!(shared, None, "{} and {}", row.name, other.name);
                }
            }
        }
    }
}
