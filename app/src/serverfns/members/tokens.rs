use keyrack_types::{refusal::Answer, tokens::TokenView};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// The tokens of a member, for which a removal has to decide.
#[server(prefix = "/fn", endpoint = "members/tokens", output = Json)]
pub async fn tokens_of_member(user: i64) -> Result<Answer<Vec<TokenView>>, ServerFnError> {
    Ok(ssr::tokens(user).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, tokens::TokenView};

    pub async fn tokens(user: i64) -> Answer<Vec<TokenView>> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        keyrack.members.tokens_of_member(&caller, user).await.map_err(crate::refusal::of)
    }
}
