use keyrack_types::refusal::Answer;
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Finishes signing in, by a code or by a passkey's answer to a ceremony; returns where to go then. A plain form goes
/// there by itself.
#[server(prefix = "/fn", endpoint = "signin/second", output = Json)]
pub async fn finish_sign_in(
    #[server(default)] code: String,
    #[server(default)] ceremony: String,
    #[server(default)] answer: String,
    #[server(default)] next: String,
) -> Result<Answer<String>, ServerFnError> {
    Ok(ssr::finish(code, &ceremony, answer, &next).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::{
        accounts::SessionKind,
        second_factor::Proof,
        types::refusal::{Answer, Field, Refusal},
    };

    use crate::{
        cookie::{self, Jar},
        forms, paths, request_context,
    };

    pub async fn finish(code: String, ceremony: &str, answer: String, next: &str) -> Answer<String> {
        let next = paths::safe_next(next);
        let proof = match ceremony.parse() {
            Ok(ceremony) if !answer.is_empty() => Some(Proof::Passkey { ceremony, answer }),
            _ => Some(code).filter(|code| !code.trim().is_empty()).map(Proof::Code),
        };
        let done = match proof {
            Some(proof) => prove(&proof).await,
            None => Err(Refusal::Field { field: Field::Code, message: "Write the code.".into() }),
        };
        if matches!(done, Err(Refusal::SignedOut)) {
            cookie::take(Jar::Half);
        }
        // Where the half sign-in is over, the second step sends its visitor back to the first.
        let answer = done.map(|()| next.to_owned());
        let back = if matches!(answer, Err(Refusal::SignedOut)) { next.to_owned() } else { paths::second(next) };
        forms::answer(&answer, "", next, &back);
        answer
    }

    async fn prove(proof: &Proof) -> Answer<()> {
        let half = cookie::brought(Jar::Half).ok_or(Refusal::SignedOut)?;
        let (keyrack, client) = (request_context::keyrack()?, request_context::client()?);
        let signed_in = keyrack
            .accounts
            .finish_sign_in(&half, proof, &client, SessionKind::Browser)
            .await
            .map_err(crate::refusal::of)?;
        // The former session of this browser would stay open and unused.
        if let Ok((_, former)) = request_context::signed_in() {
            let _ = keyrack.accounts.sign_out(&former, &client).await;
        }
        cookie::set(signed_in.session.as_str());
        cookie::take(Jar::Half);
        Ok(())
    }
}
