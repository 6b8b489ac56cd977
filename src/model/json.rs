//! How values are written as JSON text: one place for [`Value::Json`](super::Value::Json) and for exports.
//!
//! Only writes; reading JSON is the business of `ingest`.

use base64::Engine;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Writes a JSON string with its quotes. Control characters, C1 ones too, are escaped: the text is safe on a terminal.
pub fn push_json_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut done = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        let c1 = byte == 0xc2 && bytes.get(at + 1).is_some_and(|next| *next < 0xa0);
        if byte >= 0x20 && byte != b'"' && byte != b'\\' && byte != 0x7f && !c1 {
            continue;
        }
        out.extend_from_slice(bytes.get(done..at).unwrap_or_default());
        done = at + 1;
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0xc2 => {
                push_escape(bytes.get(at + 1).copied().unwrap_or_default(), out);
                done = at + 2;
            }
            _ => push_escape(byte, out),
        }
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    out.push(b'"');
}

/// Writes bytes as `{"bytes":"<base64>"}`.
pub fn push_json_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"bytes\":\"");
    out.extend_from_slice(base64::engine::general_purpose::STANDARD.encode(bytes).as_bytes());
    out.extend_from_slice(b"\"}");
}

/// Writes a double so that it reads back as the same double: `2.0`, `1e-7`, `{"double":"NaN"}`.
pub fn push_json_double(double: f64, out: &mut Vec<u8>) {
    let text = if double.is_nan() {
        "{\"double\":\"NaN\"}".to_owned()
    } else if double.is_infinite() {
        if double > 0.0 { "{\"double\":\"Infinity\"}" } else { "{\"double\":\"-Infinity\"}" }.to_owned()
    } else {
        format!("{double:?}")
    };
    out.extend_from_slice(text.as_bytes());
}

fn push_escape(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(b"\\u00");
    out.push(HEX[usize::from(byte >> 4)]);
    out.push(HEX[usize::from(byte & 15)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).expect("JSON text is UTF-8")
    }

    #[test]
    fn control_characters_are_escaped_and_other_text_stays() {
        let text = "a\"\\\n\u{0}\u{1b}[31m\u{7f}\u{9b}é繁🎉";
        let json = r#""a\"\\\n\u0000\u001b[31m\u007f\u009bé繁🎉""#;
        assert_eq!(written(|out| push_json_string(text, out)), json);
    }

    #[test]
    fn whole_doubles_keep_their_point_and_odd_ones_get_a_shape() {
        let cases = [(2.0, "2.0"), (-0.0, "-0.0"), (1e-7, "1e-7"), (1e300, "1e300"), (0.1, "0.1")];
        for (double, json) in cases {
            assert_eq!(written(|out| push_json_double(double, out)), json);
        }
        assert_eq!(written(|out| push_json_double(f64::NEG_INFINITY, out)), r#"{"double":"-Infinity"}"#);
        assert_eq!(written(|out| push_json_bytes(b"\x00\xff", out)), r#"{"bytes":"AP8="}"#);
    }
}
