//! The changes of tokens that have to be confirmed, as requests for the confirm dialog.

use keyrack_types::tokens::{TokenDraft, TokenView};

use super::draft::Start;
use crate::components::confirm::{ConfirmationRequest, PendingAction};
use crate::serverfns::tokens::{Made, create_token, edit_token, regenerate_token, remove_tokens};

/// After a change that must not be made twice.
const UNANSWERED: &str = "The server did not answer. It may have been done all the same: close the dialogs, press Refresh \
                          and look before you try again. If the secret was made but not shown, “Regenerate token” in Edit \
                          makes another one.";
/// After a change that does no harm when it is made twice.
const UNANSWERED_REPEATABLE: &str =
    "The server did not answer. It may have been done all the same: trying again does no harm.";

/// Generates a token; `then` gets it with its secret.
pub(super) fn create(
    lines: Vec<String>,
    draft: TokenDraft,
    then: impl Fn(Made) + Copy + Send + Sync + 'static,
) -> ConfirmationRequest {
    let action = PendingAction::new(move |input| {
        let draft = draft.clone();
        async move { Ok(create_token(draft, input).await?.map(then)) }
    });
    ConfirmationRequest::new(lines, action).unanswered(UNANSWERED)
}

/// Changes the token with this id, if it still has this version.
pub(super) fn edit(
    lines: Vec<String>,
    (id, version): (i64, i64),
    draft: TokenDraft,
    then: impl Fn(TokenView) + Copy + Send + Sync + 'static,
) -> ConfirmationRequest {
    let action = PendingAction::new(move |input| {
        let draft = draft.clone();
        async move { Ok(edit_token(id, version, draft, input).await?.map(then)) }
    });
    ConfirmationRequest::new(lines, action).unanswered(UNANSWERED_REPEATABLE)
}

/// Replaces the secret of the token with this id. `expires` is a new day for a token that has expired.
pub(super) fn regenerate(
    lines: Vec<String>,
    (id, version): (i64, i64),
    expires: Option<String>,
    then: impl Fn(Made) + Copy + Send + Sync + 'static,
) -> ConfirmationRequest {
    let action = PendingAction::new(move |input| {
        let expires = expires.clone();
        async move { Ok(regenerate_token(id, version, expires, input).await?.map(then)) }
    });
    ConfirmationRequest::new(lines, action).unanswered(UNANSWERED)
}

/// Removes tokens.
pub(super) fn remove(ids: Vec<i64>, then: impl Fn() + Copy + Send + Sync + 'static) -> ConfirmationRequest {
    let action = PendingAction::new(move |input| {
        let ids = ids.clone();
        async move { Ok(remove_tokens(ids, input).await?.map(|()| then())) }
    });
    ConfirmationRequest::new(Vec::<String>::new(), action).danger("Remove").unanswered(UNANSWERED_REPEATABLE)
}

/// What becomes of the present secret and of the draft, in words, before a token is regenerated.
pub(super) fn regeneration_lines(start: &Start, new_day: Option<&str>, unapplied: bool) -> Vec<String> {
    let Some(token) = start.purpose.base() else { return Vec::new() };
    let mut lines = vec![
        format!("“{}” gets a new secret, which is shown once.", token.description),
        "The present secret stops working at once; whatever uses it needs the new one.".into(),
    ];
    if !token.mine {
        lines.push(format!("You become its owner: it has your rights from now on, and {} is notified.", token.owner));
    }
    match new_day {
        Some("") => lines.push("It never expires from now on.".into()),
        Some(day) => lines.push(format!("It expires at the end of {day} (UTC) from now on.")),
        None => lines.push("Its methods and its last day stay as they are.".into()),
    }
    if unapplied {
        lines.push("What you changed in the dialog and did not apply is dropped.".into());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::draft::tests::token;
    use super::*;

    #[test]
    fn regeneration_says_what_stops_and_what_stays() {
        let start = Start::edit(token(1, "deploy"));
        let lines = regeneration_lines(&start, Some("01-02-2027"), true);
        assert!(lines[0].contains("“deploy”") && lines[2].contains("01-02-2027") && lines[3].contains("dropped"));
        assert_eq!(regeneration_lines(&start, None, false).len(), 3);
    }
}
