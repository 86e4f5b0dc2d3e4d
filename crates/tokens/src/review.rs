//! What a draft would do, in words, before the password is asked for.

use chrono::{DateTime, Utc};

use super::change::CheckedChange;
use super::create::check_limit;
use super::draft::{new_token, token_change};
use super::rows::TokenRow;
use super::rules::check_may_change;
use crate::Tokens;
use keyrack_core::caller::Caller;
use keyrack_core::error::{Error, Result};
use keyrack_types::dates::{is_end_of_day, readable_end};
use keyrack_types::methods::ApiSet;
use keyrack_types::tokens::{TokenDraft, TokenReview};

/// Maximum number of method names that are listed; of more, only their number is.
const SPELLED_OUT: usize = 12;

impl Tokens {
    /// Checks a draft as the change itself would, and says what it would do. `editing` holds the number and version of the
    /// token, or nothing for a new one.
    ///
    /// # Errors
    /// Those of [`create`](Tokens::create) and [`edit`](Tokens::edit).
    pub async fn review(
        &self,
        caller: &Caller,
        editing: Option<(i64, i64)>,
        draft: &TokenDraft,
    ) -> Result<TokenReview> {
        let Some((id, version)) = editing else {
            return self.review_new(caller, draft).await;
        };
        let token = self.seen(caller, id).await?;
        check_may_change(caller, token.owner, token.shared)?;
        if token.version != version {
            return Err(Error::Changed(Box::new(self.view(caller, token))));
        }
        let checked = self.check_change(&token, &token_change(&token, draft)?)?;
        let mut lines = self.describe_change(&token, &checked);
        if checked.widens && token.owner != caller.user {
            lines.push(format!(
                "You become its owner: it has your rights from now on, and {} is told. If its present value was made by \
                 somebody who may do less than you, that value stops working; Regenerate gives it a new one.",
                token.owner_email
            ));
        }
        Ok(TokenReview { lines })
    }

    async fn review_new(&self, caller: &Caller, draft: &TokenDraft) -> Result<TokenReview> {
        let new = new_token(draft)?;
        let methods = self.check_new(caller, &new)?;
        check_limit(&mut *self.store.read().acquire().await?, caller, self.settings.token_limit).await?;
        let mut lines = vec![match new.api_set {
            ApiSet::ExtendedAccess => {
                "It opens every API method that a token may call, and signs in to this dashboard.".to_owned()
            }
            ApiSet::Custom => format!("It opens {}.", list(&methods)),
            set => format!("It opens the API set {}: {}.", set.name(), count(self.catalog.set_bits(set).len())),
        }];
        lines.push(match new.expires {
            None => "It never expires.".to_owned(),
            Some(end) if is_end_of_day(end) => format!("It expires at the end of {} (UTC).", readable_end(end)),
            Some(end) => format!("It expires at {} (UTC).", readable_end(end)),
        });
        if new.shared {
            lines.push("Every member of the account sees it; managers and owners can change it.".to_owned());
        }
        Ok(TokenReview { lines })
    }

    fn describe_change(&self, token: &TokenRow, checked: &CheckedChange) -> Vec<String> {
        let mut lines = Vec::new();
        if checked.description != token.description {
            lines.push(format!("Description: “{}” becomes “{}”.", token.description, checked.description));
        }
        if checked.set != token.set {
            lines.push(format!("API: {} becomes {}.", token.set.name(), checked.set.name()));
        }
        let (before, after) =
            (self.scope_names(token.set, &token.methods), self.scope_names(checked.set, &checked.methods));
        let missing =
            |from: &[String], of: &[String]| from.iter().filter(|name| !of.contains(name)).cloned().collect::<Vec<_>>();
        let (added, removed) = (missing(&after, &before), missing(&before, &after));
        if !added.is_empty() {
            lines.push(format!("Added: {}.", list(&added)));
        }
        if !removed.is_empty() {
            lines.push(format!("Removed: {}.", list(&removed)));
        }
        if checked.expires != token.expires {
            let day = |date: Option<DateTime<Utc>>| date.map_or_else(|| "never".to_owned(), readable_end);
            lines.push(format!("Expires: {} becomes {}.", day(token.expires), day(checked.expires)));
        }
        match (token.shared, checked.shared) {
            (false, true) => lines.push("It is shared with every member of the account from now on.".to_owned()),
            (true, false) => lines.push("It is no longer shared with the account.".to_owned()),
            _ => {}
        }
        if lines.is_empty() {
            lines.push("Nothing changes.".to_owned());
        }
        lines
    }
}

fn list(names: &[String]) -> String {
    if names.len() <= SPELLED_OUT {
        return names.join(", ");
    }
    format!("{}, and {}", names[..SPELLED_OUT].join(", "), count(names.len() - SPELLED_OUT).replace(' ', " more "))
}

fn count(methods: usize) -> String {
    if methods == 1 { "1 method".to_owned() } else { format!("{methods} methods") }
}
