//! JSON that clients write.

use serde::de::DeserializeOwned;

use crate::bounds::nesting::JSON;

/// Reads JSON of at most [`JSON`] levels.
///
/// # Errors
/// What is wrong with it; the text is not repeated.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let levels = levels(text);
    if levels > JSON {
        return Err(format!("its values are {levels} levels deep; they can be at most {JSON}"));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// How deep lists and objects lie in each other.
fn levels(text: &str) -> usize {
    let (mut level, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                level += 1;
                deepest = deepest.max(level);
            }
            b']' | b'}' => level = level.saturating_sub(1),
            b'"' => {
                // To the end of the text.
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn levels_are_counted_outside_of_texts() {
        for (text, deep) in [("1", 0), ("[]", 1), (r#"{"a":[1,{}]}"#, 3), (r#"["[[[","\"[[",{"[":1}]"#, 2), ("]]][", 1)]
        {
            assert_eq!(levels(text), deep, "{text}");
        }
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read::<Value>(&nested(32)).is_ok());
        let error = read::<Value>(&nested(100_000)).unwrap_err();
        assert_eq!(error, "its values are 100000 levels deep; they can be at most 32");
    }
}
