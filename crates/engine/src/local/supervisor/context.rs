//! Errors that say at which step they came.

use std::io;

/// Adds the step to an error; its number stays readable in the text.
pub fn because<E: Into<io::Error>>(step: &str) -> impl Fn(E) -> io::Error + use<'_, E> {
    move |error| {
        let error = error.into();
        io::Error::new(error.kind(), format!("{step}: {error}"))
    }
}
