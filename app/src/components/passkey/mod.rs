//! Passkeys: what the browser does between two answers of the server.

#[cfg(feature = "hydrate")]
mod dom;
#[cfg(feature = "hydrate")]
pub use self::dom::{create, get};

#[cfg(not(feature = "hydrate"))]
mod stub;
#[cfg(not(feature = "hydrate"))]
pub use self::stub::{create, get};

use keyrack_types::{refusal::Answer, second_factor::PasskeyRequest};
use leptos::prelude::ServerFnError;

/// Why there is no answer of a passkey, in words; empty when the session is over and the page is being left.
pub type Failure = String;

/// Asks the person for a passkey by a ceremony that the server has begun; returns the response for the server.
///
/// # Errors
/// Why not, in words.
pub async fn prove(begun: Result<Answer<PasskeyRequest>, ServerFnError>) -> Result<(i64, String), Failure> {
    let request = match begun {
        Ok(Ok(request)) => request,
        Ok(Err(refusal)) => {
            let mut failure = String::new();
            super::leave::leave_or(refusal, |message| failure = message);
            return Err(failure);
        }
        Err(_) => return Err("Keyrack does not answer. Try again.".into()),
    };
    Ok((request.id, get(&request.options).await?))
}
