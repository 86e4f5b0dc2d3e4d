use keyrack_types::{
    refusal::Answer,
    tokens::{TokenDraft, TokenReview},
};
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Checks a draft as the change itself does and returns in words what it would do, before the password is asked for. `editing` holds
/// id and version of the token that the draft changes.
#[server(prefix = "/fn", endpoint = "tokens/review", input = Json, output = Json)]
pub async fn review_token(
    editing: Option<(i64, i64)>,
    draft: TokenDraft,
) -> Result<Answer<TokenReview>, ServerFnError> {
    Ok(ssr::review(editing, &draft).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{
        refusal::Answer,
        tokens::{TokenDraft, TokenReview},
    };

    use crate::drafts;

    pub async fn review(editing: Option<(i64, i64)>, draft: &TokenDraft) -> Answer<TokenReview> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        let lines = match editing {
            None => {
                let new = drafts::new_token(draft)?;
                let review = keyrack.tokens.review_new(&caller, &new).await.map_err(crate::refusal::of)?;
                drafts::describe_new(&new, &review)
            }
            Some((id, version)) => {
                let change = drafts::change(draft)?;
                let review = keyrack.tokens.review_change(&caller, id, version, &change).await;
                drafts::describe_change(review.map_err(crate::refusal::of)?)
            }
        };
        Ok(TokenReview { lines })
    }
}
