//! The changes that have to be confirmed, one value each.

use keyrack_types::refusal::Answer;
use keyrack_types::second_factor::ConfirmInput;
use keyrack_types::tokens::{NewSecret, TokenDraft};
use leptos::prelude::ServerFnError;

use super::draft::Start;
use crate::serverfns::tokens::{create_token, edit_token, regenerate_token, remove_tokens};

/// What is done once it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenAction {
    Create(TokenDraft),
    Edit {
        id: i64,
        version: i64,
        draft: TokenDraft,
    },
    /// `expires` is a new day for a token that has expired.
    Regenerate {
        id: i64,
        version: i64,
        expires: Option<String>,
    },
    Remove(Vec<i64>),
}

/// What came of it.
#[derive(Clone)]
pub(super) enum Outcome {
    Secret(NewSecret),
    Edited { id: i64, description: String },
    Removed(usize),
}

impl TokenAction {
    /// Carries it out.
    pub async fn perform(self, confirm: ConfirmInput) -> Result<Answer<Outcome>, ServerFnError> {
        Ok(match self {
            TokenAction::Create(draft) => create_token(draft, confirm).await?.map(Outcome::Secret),
            TokenAction::Edit { id, version, draft } => edit_token(id, version, draft, confirm)
                .await?
                .map(|token| Outcome::Edited { id, description: token.description }),
            TokenAction::Regenerate { id, version, expires } => {
                regenerate_token(id, version, expires, confirm).await?.map(Outcome::Secret)
            }
            TokenAction::Remove(ids) => {
                let count = ids.len();
                remove_tokens(ids, confirm).await?.map(|()| Outcome::Removed(count))
            }
        })
    }

    /// What to say when no answer came: it may have been done all the same.
    pub fn unanswered(&self) -> &'static str {
        match self {
            TokenAction::Create(_) | TokenAction::Regenerate { .. } => {
                "The server did not answer. It may have been done all the same: close the dialogs, press Refresh and look \
                 before you try again. A secret that was not shown is regained with “Regenerate token” in Edit."
            }
            TokenAction::Edit { .. } | TokenAction::Remove(_) => {
                "The server did not answer. It may have been done all the same: trying again does no harm."
            }
        }
    }
}

/// What becomes of the present secret and of the draft, in words, before a token is regenerated.
pub(super) fn regeneration_lines(start: &Start, new_day: Option<&str>, unapplied: bool) -> Vec<String> {
    let Some(token) = start.purpose.base() else { return Vec::new() };
    let mut lines = vec![
        format!("“{}” gets a new secret, which is shown once.", token.description),
        "The present secret stops working at once; whatever uses it has to be given the new one.".into(),
    ];
    if !token.mine {
        lines.push(format!("You become its owner: it has your rights from now on, and {} is told.", token.owner));
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
