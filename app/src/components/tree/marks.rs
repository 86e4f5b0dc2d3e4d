//! The search hits in a shown text.

use std::ops::Range;

use keyrack_types::methods::Search;
use keyrack_types::order::{arrange, places};

/// A piece of a text, and whether it is a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub hit: bool,
}

/// Cuts `full[from..]` into pieces by the first hit of each word in `full`: a hit that began before `from` (in the name of the
/// class, say) still marks its part of what is shown. Hits with only blanks between them are one.
pub fn pieces(full: &str, from: usize, search: &Search) -> Vec<Piece> {
    let hits = search.marks().filter_map(|word| hit_at_or_after(full, from, word));
    let hits: Vec<_> = hits.map(|hit| hit.start.max(from)..hit.end).collect();
    let order = places(hits.len(), &|a, b| (hits[a].start, hits[a].end).cmp(&(hits[b].start, hits[b].end)));
    let hits = arrange(hits, order);
    let mut pieces = Vec::new();
    let mut push = |range: Range<usize>, hit| {
        if !range.is_empty() {
            pieces.push(Piece { text: full[range].to_owned(), hit });
        }
    };
    let mut at = from;
    let mut hits = hits.into_iter().peekable();
    while let Some(mut hit) = hits.next() {
        while let Some(next) = hits.next_if(|next| next.start <= hit.end || full[hit.end..next.start].trim().is_empty())
        {
            hit.end = hit.end.max(next.end);
        }
        push(at..hit.start, false);
        at = hit.end;
        push(hit, true);
    }
    push(at..full.len(), false);
    pieces
}

/// The first hit that reaches past `from`.
fn hit_at_or_after(full: &str, from: usize, query: &str) -> Option<Range<usize>> {
    if query.is_empty() {
        return None;
    }
    let starts = full.char_indices().map(|(at, _)| at);
    starts.filter_map(|start| hit_here(full, start, query)).find(|hit| hit.end > from)
}

/// Whether the word begins at `start`, letter by letter in lower case (one letter may become two).
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
        pieces(full, from, &Search::new(query)).into_iter().map(draw).collect()
    }

    #[test]
    fn the_hit_is_marked_in_any_case() {
        assert_eq!(marked("environment.control.StopEnv", 20, "stop"), "[Stop]Env");
        assert_eq!(marked("environment.control.StopEnv", 20, "env"), "Stop[Env]");
        assert_eq!(marked("Lists every Node", 0, "y n"), "Lists ever[y N]ode");
        assert_eq!(marked("environment.control.StopEnv", 20, "env stop"), "[StopEnv]");
        assert_eq!(marked("Stops an environment", 0, "env stop"), "[Stop]s an [env]ironment");
    }

    #[test]
    fn a_hit_over_the_dot_marks_its_part_in_each_line() {
        assert_eq!(marked("environment.control.StopEnv", 20, "control.st"), "[St]opEnv");
        assert_eq!(marked("environment.control", 12, "ment.con"), "[con]trol");
        assert_eq!(marked("environment.control", 12, "ment"), "control");
        assert_eq!(marked("environment.control.StopEnv", 20, "environment/control/rest/stop"), "[Stop]Env");
    }

    #[test]
    fn letters_that_fold_into_several_do_not_shift_the_mark() {
        assert_eq!(marked("İstanbul node", 0, "node"), "İstanbul [node]");
        assert_eq!(marked("Größe", 0, "ö"), "Gr[ö]ße");
        assert_eq!(marked("abc", 0, ""), "abc");
        assert_eq!(marked("", 0, "x"), "");
    }
}
