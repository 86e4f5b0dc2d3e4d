//! JSON that clients write.

use keyrack_types::bounds::nesting::JSON;
use keyrack_types::nesting::of_json;
use serde::de::DeserializeOwned;

/// Reads JSON of at most [`JSON`] levels.
///
/// # Errors
/// What is wrong with it; the text is not repeated.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let levels = of_json(text.as_bytes());
    if levels > JSON {
        return Err(format!("its values are {levels} levels deep; they can be at most {JSON}"));
    }
    serde_json::from_str(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_nests_too_deep_is_refused_before_it_is_read() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read::<Value>(&nested(32)).is_ok());
        let error = read::<Value>(&nested(100_000)).unwrap_err();
        assert_eq!(error, "its values are 100000 levels deep; they can be at most 32");
    }
}
