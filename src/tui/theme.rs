//! Colours by role, never by number elsewhere: service hues for services only, red for errors only, yellow for search
//! and warnings only, blue for focus and keys only, greys for the rest.

use ratatui::style::{Color, Modifier, Style};

use super::{Colors, Options};

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Ordinary text.
    Text,
    /// What the eye should find first.
    Strong,
    /// Secondary text.
    Muted,
    /// Tertiary text: ids, guides.
    Faint,
    /// Panel borders.
    Border,
    /// Panel borders with the focus.
    Focus,
    /// Keys and the selected tab.
    Accent,
    /// Errors.
    Error,
    /// Warnings, search.
    Warning,
    /// Live and healthy.
    Good,
    /// A duration bar without errors.
    Bar,
    /// The rest of a bar's track.
    Track,
    /// Numbers in values.
    Number,
}

/// Colours for one run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Theme {
    colors: Colors,
    light: bool,
}

#[expect(clippy::unreadable_literal, reason = "colours are written as six hex digits")]
/// Hues of services on dark and on light, ordered so that neighbours differ.
const HUES: [(u32, u32, Color); 16] = [
    (0x7dcfff, 0x007db8, Color::LightCyan),
    (0xff9e64, 0xb85c00, Color::Yellow),
    (0xbb9af7, 0x7847bd, Color::LightMagenta),
    (0xd57ae0, 0x5e2a3a, Color::LightGreen),
    (0xf2a7d0, 0xb03f86, Color::Magenta),
    (0x2ac3de, 0x00728a, Color::Cyan),
    (0xe0af68, 0x8a6210, Color::LightYellow),
    (0x5fdc74, 0x23236b, Color::Blue),
    (0x73daca, 0x1f8070, Color::Green),
    (0xd48c6a, 0x9a4f2c, Color::White),
    (0xc0ca8f, 0x66702c, Color::LightGreen),
    (0x7fa6a6, 0xb82aa8, Color::Blue),
    (0xe5c3e8, 0x8d5594, Color::LightMagenta),
    (0x5fb38a, 0x2c7550, Color::Green),
    (0xc9d352, 0x2a4058, Color::LightCyan),
    (0xd8c7a0, 0x7a663c, Color::LightYellow),
];

/// The first of them differ where there are but sixteen colours.
const ANSI_HUES: usize = 10;

impl Theme {
    /// The theme for these options.
    pub(crate) fn new(options: &Options) -> Self {
        Self { colors: options.colors, light: options.light }
    }

    /// No colours: glyphs and letters carry the meaning.
    pub(crate) fn is_plain(self) -> bool {
        self.colors == Colors::None
    }

    /// How many services can be told apart by their colours.
    pub(crate) fn hues(self) -> usize {
        if self.colors == Colors::Ansi16 { ANSI_HUES } else { HUES.len() }
    }

    /// The style of a role.
    pub(crate) fn style(self, role: Role) -> Style {
        let style = match self.color(role) {
            Some(color) => Style::new().fg(color),
            None => Style::new(),
        };
        let plain = self.colors == Colors::None;
        let bold = role == Role::Strong || plain && matches!(role, Role::Accent | Role::Error);
        let dim = plain && matches!(role, Role::Muted | Role::Faint | Role::Border);
        let style = if bold { style.add_modifier(Modifier::BOLD) } else { style };
        if dim { style.add_modifier(Modifier::DIM) } else { style }
    }

    #[expect(clippy::unreadable_literal, reason = "colours are written as six hex digits")]
    fn color(self, role: Role) -> Option<Color> {
        if self.colors == Colors::Roles {
            return Some(Color::Indexed(role as u8));
        }
        let (dark, light, ansi) = match role {
            // Said, not left out: text drawn over a border must not keep the border's colour.
            Role::Text | Role::Strong => return Some(Color::Reset),
            Role::Muted => (0x9ba1bd, 0x555a70, Color::Gray),
            Role::Faint => (0x7f86a5, 0x6b6f86, Color::DarkGray),
            Role::Border => (0x3b4058, 0xb8bbc8, Color::DarkGray),
            Role::Track => (0x262a3c, 0xe4e6ee, Color::Black),
            Role::Focus | Role::Accent | Role::Bar => (0x7aa2f7, 0x2e5fc9, Color::LightBlue),
            Role::Error => (0xff5c72, 0xc41e3a, Color::LightRed),
            Role::Warning => (0xe6c35c, 0x8f6900, Color::LightYellow),
            Role::Good | Role::Number => (0x9ece6a, 0x3f7f1c, Color::LightGreen),
        };
        self.pick(if self.light { light } else { dark }, ansi)
    }

    fn pick(self, rgb: u32, ansi: Color) -> Option<Color> {
        let [_, r, g, b] = rgb.to_be_bytes();
        match self.colors {
            Colors::None => None,
            Colors::Ansi16 => Some(ansi),
            Colors::Ansi256 => Some(Color::Indexed(nearest_256(r, g, b))),
            Colors::True | Colors::Roles => Some(Color::Rgb(r, g, b)),
        }
    }

    /// The colour of a service by its slot, see [`service_slots`].
    pub(crate) fn service(self, slot: usize) -> Style {
        if self.colors == Colors::Roles {
            let hue = u8::try_from(slot % HUES.len()).unwrap_or(0);
            return Style::new().fg(Color::Indexed(FIRST_HUE + hue));
        }
        let (dark, light, ansi) = HUES[slot % HUES.len()];
        match self.pick(if self.light { light } else { dark }, ansi) {
            Some(color) => Style::new().fg(color),
            None => Style::new(),
        }
    }

    /// The background of the selected row; reversed where there are no colours.
    #[expect(clippy::unreadable_literal, reason = "colours are written as six hex digits")]
    pub(crate) fn selection(self) -> Style {
        let color = if self.light { 0xdfe3f2 } else { 0x2a2e42 };
        match self.colors {
            Colors::None => Style::new().add_modifier(Modifier::REVERSED),
            Colors::Roles => Style::new().bg(Color::Indexed(SELECTION)),
            Colors::Ansi16 => Style::new().bg(if self.light { Color::Gray } else { Color::DarkGray }),
            Colors::Ansi256 | Colors::True => match self.pick(color, Color::DarkGray) {
                Some(color) => Style::new().bg(color),
                None => Style::new(),
            },
        }
    }

    /// The background of found text.
    pub(crate) fn found(self) -> Style {
        self.style(Role::Warning).add_modifier(Modifier::UNDERLINED | Modifier::BOLD)
    }
}

/// Of [`Colors::Roles`]: the first hue of services, and the ground of the selected row.
const FIRST_HUE: u8 = 32;
const SELECTION: u8 = 64;

/// A letter for a colour of [`Colors::Roles`]: small for roles, capitals for the hues of services, `>` for the ground of
/// the selected row.
pub fn role_letter(color: Color) -> Option<char> {
    const ROLES: &[u8] = b"tsmfbxaewgrkn";
    let Color::Indexed(number) = color else { return None };
    match number {
        SELECTION => Some('>'),
        FIRST_HUE.. => Some(char::from(b'A' + (number - FIRST_HUE) % 26)),
        _ => ROLES.get(usize::from(number)).map(|letter| char::from(*letter)),
    }
}

/// The index of the nearest colour of the 6×6×6 cube or the grey ramp of 256-colour terminals.
fn nearest_256(r: u8, g: u8, b: u8) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let level = |v: u8| (0u8..6).min_by_key(|i| LEVELS[usize::from(*i)].abs_diff(v)).unwrap_or(0);
    let cube = [level(r), level(g), level(b)];
    let shade = (0u8..24).min_by_key(|i| grey(*i).abs_diff(g)).unwrap_or(0);
    let apart = |c: [u8; 3]| [r, g, b].iter().zip(c).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
    if apart([grey(shade); 3]) < apart(cube.map(|i| LEVELS[usize::from(i)])) {
        232 + shade
    } else {
        16 + 36 * cube[0] + 6 * cube[1] + cube[2]
    }
}

fn grey(i: u8) -> u8 {
    8 + 10 * i
}

/// Gives each service a colour slot of so many: its name's hash, or the next free slot when another name has that one.
/// The result depends on the set of names alone, not on who came first. Names come back sorted.
pub(crate) fn service_slots<'a>(names: impl Iterator<Item = &'a str>, hues: usize) -> Vec<(String, usize)> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let mut taken = [false; HUES.len()];
    let mut slots = Vec::with_capacity(names.len());
    for (n, name) in names.iter().enumerate() {
        if n.is_multiple_of(hues) {
            taken = [false; HUES.len()];
        }
        let wanted = hash(name) % hues;
        // Neither 16 nor 10 is a multiple of 7: each slot is tried once.
        let slot = (0..hues).map(|step| (wanted + step * 7) % hues).find(|slot| !taken[*slot]);
        let slot = slot.unwrap_or(wanted);
        taken[slot] = true;
        slots.push(((*name).to_string(), slot));
    }
    slots
}

/// FNV-1a: stable across runs and machines, which the standard hasher does not promise.
fn hash(name: &str) -> usize {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash ^ (hash >> 15)) as usize % HUES.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_sixteen_services_get_sixteen_colours_whatever_their_order() {
        let names: Vec<String> = (0..16).map(|n| format!("service-{n}")).collect();
        let forward = service_slots(names.iter().map(String::as_str), HUES.len());
        let backward = service_slots(names.iter().rev().map(String::as_str), HUES.len());
        assert_eq!(forward, backward);
        let mut slots: Vec<usize> = forward.iter().map(|(_, slot)| *slot).collect();
        slots.sort_unstable();
        assert_eq!(slots, (0..16).collect::<Vec<_>>());
    }

    /// Relative luminance and contrast as WCAG 2.2 defines them.
    fn contrast(a: u32, b: u32) -> f64 {
        let luminance = |rgb: u32| {
            let [_, r, g, b] = rgb.to_be_bytes().map(|part| {
                let part = f64::from(part) / 255.0;
                if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn rgb(color: Option<Color>) -> Option<u32> {
        match color {
            Some(Color::Rgb(r, g, b)) => Some(u32::from_be_bytes([0, r, g, b])),
            _ => None,
        }
    }

    const TEXT: [Role; 9] = [
        Role::Muted,
        Role::Faint,
        Role::Accent,
        Role::Error,
        Role::Warning,
        Role::Good,
        Role::Number,
        Role::Focus,
        Role::Bar,
    ];

    #[test]
    fn text_can_be_read_on_its_ground_in_every_role_and_hue() {
        // Usual grounds of terminals.
        for (light, ground) in [(false, 0x1a_1b_26), (false, 0), (true, 0xff_ff_ff)] {
            let theme = Theme { colors: Colors::True, light };
            for role in TEXT {
                let color = rgb(theme.color(role)).expect("a colour");
                assert!(contrast(color, ground) >= 4.5, "{role:?} on {ground:06x}: {:.2}", contrast(color, ground));
            }
            for slot in 0..HUES.len() {
                let color = rgb(theme.service(slot).fg).expect("a colour");
                assert!(contrast(color, ground) >= 4.4, "hue {slot} on {ground:06x}: {:.2}", contrast(color, ground));
            }
        }
    }

    #[test]
    fn no_service_has_the_colour_of_the_focus_of_numbers_or_of_errors() {
        for light in [false, true] {
            let theme = Theme { colors: Colors::True, light };
            for role in [Role::Focus, Role::Number, Role::Error] {
                let other = rgb(theme.color(role)).expect("a colour").to_be_bytes();
                for slot in 0..HUES.len() {
                    let own = rgb(theme.service(slot).fg).expect("a colour").to_be_bytes();
                    let apart: u32 = own.iter().zip(other).map(|(a, b)| u32::from(a.abs_diff(b))).sum();
                    assert!(apart > 30, "hue {slot} is like {role:?}");
                }
            }
        }
    }

    #[test]
    fn of_sixteen_colours_ten_services_have_one_each() {
        let theme = Theme { colors: Colors::Ansi16, light: false };
        let names: Vec<String> = (0..10).map(|n| format!("service-{n}")).collect();
        let slots = service_slots(names.iter().map(String::as_str), theme.hues());
        let mut colors: Vec<String> = slots.iter().map(|(_, slot)| format!("{:?}", theme.service(*slot).fg)).collect();
        colors.sort();
        colors.dedup();
        assert_eq!(colors.len(), 10);
    }

    #[test]
    fn the_256_colours_come_near() {
        assert_eq!(nearest_256(255, 255, 255), 231);
        assert_eq!(nearest_256(0x64, 0x62, 0x60), 241);
        assert_eq!(nearest_256(255, 0, 0), 196);
    }
}
