//! What one line of text that other people read may hold.

/// The first character that has no place in a name or a description: control characters, line separators, what turns the
/// direction of writing, and what cannot be seen, each of which makes a text read as something else than it is.
///
/// What emoji and scripts need stays where it has an effect: variation selectors (U+FE0F) behind what they change, the
/// zero-width joiner (U+200D) within emoji and between letters that it joins, the non-joiner (U+200C) between letters, and the
/// tags of a flag.
pub fn hidden(text: &str) -> Option<char> {
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let after = letters.peek().copied();
        let fits = match letter {
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => before.is_some_and(|before| !is_invisible(before)),
            ZERO_WIDTH_JOINER => {
                // Only emoji and letters beyond ASCII are ever joined; some scripts also end a word so.
                let joins =
                    |letter: Option<char>| letter.is_some_and(|letter| !letter.is_ascii() && may_stand_alone(letter));
                let emoji = before.is_some_and(|before| before == '\u{fe0f}');
                (emoji || joins(before)) && (joins(after) || before.is_some_and(is_virama))
            }
            ZERO_WIDTH_NON_JOINER => {
                let spells =
                    |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphabetic() || is_mark(letter));
                spells(before) && (spells(after) || before.is_some_and(is_virama))
            }
            letter => !is_invisible(letter),
        };
        if !fits {
            return Some(letter);
        }
        before = Some(letter);
        if letter == BLACK_FLAG && after.is_some_and(is_tag) && !skip_tags(&mut letters) {
            return after;
        }
    }
    None
}

/// Whether a character has no place where no script needs any of them: in an e-mail address, or in what is kept of a text that
/// cannot be refused.
pub fn is_hidden(letter: char) -> bool {
    matches!(letter, ZERO_WIDTH_JOINER | ZERO_WIDTH_NON_JOINER) || is_invisible(letter)
}

/// Whether a letter shows nothing by itself or does something to others.
fn is_invisible(letter: char) -> bool {
    letter.is_control() || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&letter))
}

fn may_stand_alone(letter: char) -> bool {
    !is_invisible(letter) && !letter.is_whitespace()
}

const ZERO_WIDTH_NON_JOINER: char = '\u{200c}';
const ZERO_WIDTH_JOINER: char = '\u{200d}';
const BLACK_FLAG: char = '\u{1f3f4}';

/// First and last of each run. Besides Unicode's `Default_Ignorable_Code_Point` there are the separators of lines and
/// paragraphs, anchors of annotations, and letters that are drawn as nothing (the blank of Braille, the null note head).
const INVISIBLE: [(char, char); 22] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{2800}', '\u{2800}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{fffe}', '\u{ffff}'),
    ('\u{133fc}', '\u{133fc}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d159}', '\u{1d159}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
    ('\u{10fffe}', '\u{10ffff}'),
];

/// The sign that takes a consonant's vowel, in the scripts of India and Sri Lanka; joiners stand behind it.
fn is_virama(letter: char) -> bool {
    matches!(
        letter,
        '\u{94d}'
            | '\u{9cd}'
            | '\u{a4d}'
            | '\u{acd}'
            | '\u{b4d}'
            | '\u{bcd}'
            | '\u{c4d}'
            | '\u{ccd}'
            | '\u{d4d}'
            | '\u{dca}'
    )
}

/// A mark on the letter before it, as Arabic, Hebrew and the scripts of India write them.
fn is_mark(letter: char) -> bool {
    is_virama(letter)
        || matches!(letter, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{93c}'..='\u{94c}')
}

fn is_tag(letter: char) -> bool {
    ('\u{e0020}'..='\u{e007f}').contains(&letter)
}

/// Passes over the tags of a flag, as of Scotland: a region of three to six letters or digits, and the end. Says whether they
/// are such.
fn skip_tags(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    const END: char = '\u{e007f}';
    let region = std::iter::from_fn(|| {
        letters.next_if(|letter| matches!(letter, '\u{e0030}'..='\u{e0039}' | '\u{e0061}'..='\u{e007a}'))
    })
    .count();
    (3..=6).contains(&region) && letters.next() == Some(END)
}

#[cfg(test)]
mod tests {
    use super::hidden;

    #[test]
    fn what_cannot_be_seen_or_turns_the_text_is_found() {
        for letter in [
            '\t',
            '\n',
            '\0',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{180e}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{2028}',
            '\u{2029}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{2069}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fffb}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0fff}',
        ] {
            for text in [format!("{letter}"), format!("a{letter}b"), format!("東{letter}京")] {
                assert_eq!(hidden(&text), Some(letter), "{text:?}");
            }
        }
    }

    #[test]
    fn emoji_and_every_script_stay_as_they_are_written() {
        for text in [
            "a plain text, with “quotes”",
            "Ö 東京 עברית العربية",
            "🦀",
            "❤️ and 1️⃣",
            "👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 👩🏽‍🚀 ❤️‍🔥",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿 Scotland",
            "می‌خواهم",
            "Auf\u{200c}lage",
            "क्‍ष श्‍री",
            "ශ්‍රී ලංකා",
            "葛󠄀",
            "a\u{a0}b\u{3000}c",
        ] {
            assert_eq!(hidden(text), None, "{text:?}");
        }
    }

    #[test]
    fn joiners_selectors_and_tags_that_have_no_effect_are_found() {
        for text in [
            "\u{200d}",
            "\u{200c}",
            "\u{fe0f}",
            "a\u{200d}b",
            "a\u{200d}",
            "ab \u{200c}c",
            "\u{200c}ab",
            "a\u{fe0f}\u{fe0f}",
            "👩\u{200d}",
            "👩\u{200d}\u{200d}💻",
            "🏴\u{e0067}",
            "🏴\u{e0067}\u{e0062}\u{e0065}x",
            "a\u{e0067}\u{e007f}",
        ] {
            assert!(hidden(text).is_some(), "{text:?}");
        }
    }
}
