//! What has to hold for any multipart form at all: the fuzz target tries what it finds, a test tries noise.

use super::{Broken, Event, Parser};

/// A multipart form: the first byte says in what pieces it arrives, which must make no difference.
pub fn multipart(data: &[u8]) {
    let [piece, form @ ..] = data else { return };
    let whole = taken_apart(form, form.len().max(1));
    let in_pieces = taken_apart(form, usize::from(*piece) % 48 + 1);
    assert_eq!(whole, in_pieces);
    if let Ok((parts, _)) = whole {
        let length: usize = parts.iter().map(|part| part.name.len() + part.content.len()).sum();
        assert!(length <= form.len(), "more is held than was sent");
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Part {
    name: String,
    file_name: Option<String>,
    content: Vec<u8>,
    whole: bool,
}

/// The parts of a form, and whether it came to its end.
fn taken_apart(form: &[u8], piece: usize) -> Result<(Vec<Part>, bool), Broken> {
    let mut parser = Parser::new(b"multipart/form-data; boundary=\"-b\"")?;
    let mut parts: Vec<Part> = Vec::new();
    for bytes in form.chunks(piece) {
        parser.push(bytes);
        while let Some(event) = parser.take()? {
            match (event, parts.last_mut()) {
                (Event::Part(head), last) => {
                    assert!(last.is_none_or(|last| last.whole), "a part begins in another one");
                    parts.push(Part { name: head.name, file_name: head.file_name, ..Part::default() });
                }
                (Event::Content(content), Some(last)) => {
                    assert!(!content.is_empty() && !last.whole);
                    last.content.extend_from_slice(&content);
                }
                (Event::PartEnd, Some(last)) => last.whole = true,
                (Event::End, _) => return Ok((parts, true)),
                (other, None) => panic!("{other:?} before the first part"),
            }
        }
    }
    // Of a part that has not ended, the last bytes may be the beginning of the boundary.
    if let Some(last) = parts.last_mut().filter(|last| !last.whole) {
        last.content.clear();
    }
    Ok((parts, false))
}
