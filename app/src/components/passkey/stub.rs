//! The server's side: compiled, but never run.

use super::Failure;

/// Makes a passkey.
///
/// # Errors
/// Always.
pub async fn create(_options: &str) -> Result<String, Failure> {
    Err(String::new())
}

/// Uses a passkey.
///
/// # Errors
/// Always.
pub async fn get(_options: &str) -> Result<String, Failure> {
    Err(String::new())
}
