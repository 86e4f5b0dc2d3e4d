//! What one line of text that other people read may hold.

/// Whether a letter has no place in a name or a description: control characters, and those that turn the direction of
/// writing, which make a text read as something else than it is.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::is_hidden;

    #[test]
    fn letters_of_every_script_are_plain_and_tricks_are_not() {
        for letter in ['a', ' ', 'Ö', '東', 'ע', '🦀', '“'] {
            assert!(!is_hidden(letter), "{letter:?}");
        }
        for letter in ['\t', '\n', '\0', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}'] {
            assert!(is_hidden(letter), "{letter:?}");
        }
    }
}
