//! Where a search hit stands in a shown text.

use std::ops::Range;

/// A piece of a text, and whether it is a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// Cuts `full[from..]` into pieces by the first hit of a lower-case query in `full`: a hit that began before `from` (in
/// the name of the class, say) still marks its part of what is shown.
pub fn pieces(full: &str, from: usize, query: &str) -> Vec<Piece> {
    let piece = |range: Range<usize>, hit| Piece { text: full[range].to_owned(), hit };
    let hit = hit_at_or_after(full, from, query).map(|hit| hit.start.max(from)..hit.end).filter(|hit| hit.end > from);
    let parts = match hit {
        None => vec![piece(from..full.len(), false)],
        Some(hit) => {
            vec![piece(from..hit.start, false), piece(hit.clone(), true), piece(hit.end..full.len(), false)]
        }
    };
    parts.into_iter().filter(|piece| !piece.text.is_empty()).collect()
}

/// The first hit that reaches past `from`.
fn hit_at_or_after(full: &str, from: usize, query: &str) -> Option<Range<usize>> {
    if query.is_empty() {
        return None;
    }
    let starts = full.char_indices().map(|(at, _)| at);
    starts.filter_map(|start| hit_here(full, start, query)).find(|hit| hit.end > from)
}

/// Whether the query begins at `start`, letter by letter in lower case (one letter may become two).
fn hit_here(full: &str, start: usize, query: &str) -> Option<Range<usize>> {
    let mut rest = query;
    for (at, letter) in full[start..].char_indices() {
        for lower in letter.to_lowercase() {
            rest = rest.strip_prefix(lower)?;
            if rest.is_empty() {
                return Some(start..start + at + letter.len_utf8());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(full: &str, from: usize, query: &str) -> String {
        let draw = |piece: Piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text };
        pieces(full, from, query).into_iter().map(draw).collect()
    }

    #[test]
    fn the_hit_is_marked_in_any_case() {
        assert_eq!(marked("environment.control.StopEnv", 20, "stop"), "[Stop]Env");
        assert_eq!(marked("environment.control.StopEnv", 20, "env"), "Stop[Env]");
        assert_eq!(marked("Lists every Node", 0, "y n"), "Lists ever[y N]ode");
    }

    #[test]
    fn a_hit_over_the_dot_marks_its_part_in_each_line() {
        assert_eq!(marked("environment.control.StopEnv", 20, "control.st"), "[St]opEnv");
        assert_eq!(marked("environment.control", 12, "ment.con"), "[con]trol");
        assert_eq!(marked("environment.control", 12, "ment"), "control");
    }

    #[test]
    fn letters_that_fold_into_several_do_not_shift_the_mark() {
        assert_eq!(marked("İstanbul node", 0, "node"), "İstanbul [node]");
        assert_eq!(marked("Größe", 0, "ö"), "Gr[ö]ße");
        assert_eq!(marked("abc", 0, ""), "abc");
        assert_eq!(marked("", 0, "x"), "");
    }
}
