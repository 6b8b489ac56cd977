//! The signs of the screen, as Unicode and as ASCII. No other file holds a sign that ASCII terminals lack.

/// One set of signs. Each is one cell wide.
#[derive(Debug)]
pub(crate) struct Glyphs {
    /// Eighth blocks from the left, 1/8 to 8/8.
    pub(crate) eighths: [char; 8],
    /// A whole cell of a bar below another of its colour: a line stays free between them.
    pub(crate) below: char,
    /// A bar goes on before the first column, and after the last.
    pub(crate) cut: [char; 2],
    /// Whether `eighths` are partial: ASCII bars have whole cells only.
    pub(crate) partial: bool,
    /// A thin bar's body and its half end.
    pub(crate) thin: [char; 2],
    /// Marks of an event, and of several in one cell.
    pub(crate) event: [char; 2],
    /// Mark of a log record.
    pub(crate) log: char,
    /// Error.
    pub(crate) error: char,
    /// A service's colour beside a name.
    pub(crate) chip: char,
    /// Before the number of a level that there is no room to indent for.
    pub(crate) deep: char,
    /// A parent that has not arrived.
    pub(crate) missing: char,
    /// A live or healthy source.
    pub(crate) dot: char,
    /// A service's square.
    pub(crate) square: char,
    /// Folded and unfolded.
    pub(crate) fold: [char; 2],
    /// Tree guides: branch, last branch, trunk, and the arm of a leaf.
    pub(crate) tree: [char; 4],
    /// The bar of the selected row.
    pub(crate) selected: char,
    /// Border pieces: horizontal, vertical, and the four corners clockwise from the top left.
    pub(crate) border: [char; 6],
    /// A faint dot under a tick of the ruler, and the tick.
    pub(crate) tick: [char; 2],
    /// Cut text.
    pub(crate) ellipsis: char,
    /// Separates words of a title.
    pub(crate) middot: char,
    /// Back arrow.
    pub(crate) back: char,
    /// Sorted: the greatest first, the least first.
    pub(crate) sorted: [char; 2],
    /// A tiny bar in the middle and at the right of a cell.
    pub(crate) sliver: [char; 2],
    /// The selected point of a scatter.
    pub(crate) target: char,
    /// More above and below.
    pub(crate) more: [char; 2],
}

/// For terminals that show Unicode.
pub(crate) const UNICODE: Glyphs = Glyphs {
    eighths: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
    below: '▇',
    cut: ['◂', '▸'],
    partial: true,
    thin: ['━', '╸'],
    event: ['◆', '◈'],
    log: '▪',
    error: '✗',
    chip: '▎',
    deep: '⋯',
    missing: '◌',
    dot: '●',
    square: '■',
    fold: ['▸', '▾'],
    tree: ['├', '└', '│', '─'],
    selected: '▌',
    border: ['─', '│', '╭', '╮', '╯', '╰'],
    tick: ['·', '╷'],
    ellipsis: '…',
    middot: '·',
    back: '‹',
    sorted: ['▾', '▴'],
    sliver: ['│', '▕'],
    target: '◉',
    more: ['↑', '↓'],
};

/// For terminals and logs that show ASCII only.
pub(crate) const ASCII: Glyphs = Glyphs {
    eighths: ['=', '=', '=', '=', '=', '=', '=', '='],
    below: '=',
    cut: ['<', '>'],
    partial: false,
    thin: ['=', '-'],
    event: ['*', '%'],
    log: 'o',
    error: 'x',
    chip: '|',
    deep: '.',
    missing: '?',
    dot: '*',
    square: '#',
    fold: ['>', 'v'],
    tree: ['|', '`', '|', '-'],
    selected: '>',
    border: ['-', '|', '+', '+', '+', '+'],
    tick: ['.', '|'],
    ellipsis: '~',
    middot: '-',
    back: '<',
    sorted: ['v', '^'],
    sliver: ['|', '|'],
    target: '@',
    more: ['^', 'v'],
};
