//! How deep a text nests, found out before it is parsed: in one pass, without recursion.

/// Levels of objects and lists in a JSON text. Of what is not JSON it says no less than what a parser would enter.
pub fn of_json(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

/// Levels of brackets in a list, which may be written without any quotes.
pub fn of_list(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' => depth += 1,
            b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_counted_outside_of_texts() {
        for (text, depth) in [
            ("", 0),
            ("1", 0),
            ("[]", 1),
            ("[[],[[]],{}]", 3),
            (r#"{"a":{"b":["[[[["]}}"#, 3),
            (r#"["\\",["\"[["]]"#, 2),
            ("]]]][", 1),
            (r#"["[[["#, 1),
        ] {
            assert_eq!(of_json(text.as_bytes()), depth, "{text}");
        }
        assert_eq!(of_list("['a', [\"b\"] ]"), 2);
        assert_eq!(of_list("a,b"), 0);
    }
}
