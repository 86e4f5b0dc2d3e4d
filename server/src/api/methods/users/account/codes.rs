//! Recovery codes in answers.

use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::error::ApiError;

#[derive(Serialize)]
struct Codes {
    codes: Vec<String>,
}

/// The answer that tells these codes.
///
/// # Errors
/// As [`Answer::written`].
pub fn answer(codes: Vec<String>) -> Result<Answer, ApiError> {
    Answer::written(&Codes { codes })
}
