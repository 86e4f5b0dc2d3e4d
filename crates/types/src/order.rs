//! The order of lists that people read.

use std::cmp::Ordering;

/// What names are sorted by: accents stand beside their base letters, and case counts for nothing. It is the same on the server and
/// in the browser, so that a list stays as it was when the page wakes up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey {
    letters: String,
    /// Between names that differ only in case and accents.
    text: String,
}

impl SortKey {
    /// Of this name.
    pub fn new(text: &str) -> SortKey {
        SortKey { letters: base_letters(text), text: text.to_owned() }
    }
}

/// Compares two names; for a whole list, [`sort_by_name`] works each key out once.
pub fn by_name(a: &str, b: &str) -> Ordering {
    SortKey::new(a).cmp(&SortKey::new(b))
}

/// Sorts a list by a name of each of its items.
pub fn sort_by_name<T>(list: &mut [T], name: impl Fn(&T) -> &str) {
    list.sort_by_cached_key(|item| SortKey::new(name(item)));
}

/// The places of a list in another order; equal items stay in theirs. One function for lists of all types: the standard library's sort
/// is 4 KB of WASM for each.
pub fn places(length: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut places: Vec<usize> = (0..length).collect();
    places.sort_unstable_by(|a, b| compare(*a, *b).then(a.cmp(b)));
    places
}

/// Puts a list into the order of [`places`].
pub fn arrange<T>(list: Vec<T>, places: Vec<usize>) -> Vec<T> {
    let mut items: Vec<Option<T>> = list.into_iter().map(Some).collect();
    places.into_iter().filter_map(|place| items.get_mut(place).and_then(Option::take)).collect()
}

fn base_letters(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut letters = String::with_capacity(text.len());
    for letter in decomposed(text).chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)) {
        match letter {
            // Letters that Unicode takes for whole, and people for variants of others.
            'ß' | 'ẞ' => letters.push_str("ss"),
            'æ' | 'Æ' => letters.push_str("ae"),
            'œ' | 'Œ' => letters.push_str("oe"),
            'ø' | 'Ø' => letters.push('o'),
            'ł' | 'Ł' => letters.push('l'),
            'đ' | 'Đ' | 'ð' | 'Ð' => letters.push('d'),
            'þ' | 'Þ' => letters.push_str("th"),
            'ı' => letters.push('i'),
            letter => letters.extend(letter.to_lowercase()),
        }
    }
    letters
}

/// Accents apart from their letters (Unicode's form NFD). Browsers know how; a table of our own would be most of a bundle.
#[cfg(target_arch = "wasm32")]
fn decomposed(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFD").into()
}

#[cfg(not(target_arch = "wasm32"))]
fn decomposed(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfd(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_items_stay_in_their_order() {
        let list = vec![("b", 1), ("a", 2), ("b", 3), ("a", 4)];
        let order = places(list.len(), &|one, other| list[one].0.cmp(list[other].0));
        assert_eq!(arrange(list, order), [("a", 2), ("a", 4), ("b", 1), ("b", 3)]);
    }

    #[test]
    fn accents_stand_beside_their_base_letters() {
        let mut names = [
            "zoo",
            "Étape",
            "Ärger",
            "apple",
            "øre",
            "Zebra",
            "etage",
            "A\u{308}rgern",
            "Straße",
            "strasse",
            "ostrich",
            "東",
        ];
        sort_by_name(&mut names, |name| name);
        let sorted = [
            "apple",
            "Ärger",
            "A\u{308}rgern",
            "etage",
            "Étape",
            "øre",
            "ostrich",
            "Straße",
            "strasse",
            "Zebra",
            "zoo",
            "東",
        ];
        assert_eq!(names, sorted);
        assert_eq!(by_name("a", "A"), Ordering::Greater, "the order never wavers");
    }
}
