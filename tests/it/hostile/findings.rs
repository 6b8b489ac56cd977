//! What the fuzzers found, one test each: the input must pass its entry now.

use super::run;

fn finding(entry: &str, file: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/hostile");
    let bytes = std::fs::read(folder.join(entry).join(file)).expect("the finding is kept as a fixture");
    run(entry, &bytes);
}

#[test]
fn a_control_character_is_no_key() {
    finding("key", "control-character");
}

#[test]
fn no_key_is_written_with_a_shift_that_no_terminal_sends() {
    finding("key", "shift-letter");
}

#[test]
fn a_signed_number_names_no_function_key() {
    finding("key", "signed-function-key");
    assert_eq!(tracetui::tui::Key::parse("f+5"), None);
}

#[test]
fn a_form_feed_in_an_object_is_told_the_same_in_any_chunks() {
    finding("console", "form-feed-before-key");
}

#[test]
fn an_object_that_looks_like_bytes_or_a_double_of_ours_survives_a_round_trip() {
    finding("jsonl", "object-like-a-shape");
}

#[test]
fn an_event_is_named_alike_whatever_the_batch_holds_when_its_span_has_no_tags() {
    finding("thrift_compact", "python-event-without-tags");
}

#[test]
fn a_block_of_packets_whose_length_is_no_multiple_of_four_is_damage_in_any_chunks() {
    finding("binary", "length-not-a-multiple-of-4");
}

#[test]
fn a_span_of_ruby_ends_with_its_line_in_any_chunks() {
    finding("console", "ruby-end-before-line-end");
}
