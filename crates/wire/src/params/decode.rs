//! Percent-decoding that refuses what is broken instead of guessing.

/// Why a name or a value cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("its percent-encoding is broken (a % itself is written %25)")]
    Percent,
    #[error("it is not UTF-8")]
    Utf8,
    #[error("it contains the character NUL")]
    Nul,
}

/// Decodes one name or value of a query or a form: `+` is a blank, `%XX` a byte.
pub fn component(encoded: &[u8]) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                high << 4 | low
            }
            other => *other,
        });
    }
    text(bytes)
}

/// What came without percent-encoding: UTF-8 without NUL.
pub fn text(bytes: Vec<u8>) -> Result<String, Problem> {
    if bytes.contains(&0) {
        return Err(Problem::Nul);
    }
    String::from_utf8(bytes).map_err(|_| Problem::Utf8)
}

fn digit(byte: Option<&u8>) -> Result<u8, Problem> {
    byte.and_then(|byte| char::from(*byte).to_digit(16)).map(|digit| digit as u8).ok_or(Problem::Percent)
}
