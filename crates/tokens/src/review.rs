//! What a new token or a change would be, before the password is asked for.

use super::create::check_limit;
use super::rules::check_may_change;
use super::scope::Scope;
use super::{NewToken, TokenChange};
use crate::Tokens;
use keyrack_core::caller::Caller;
use keyrack_core::error::{Error, Result};
use keyrack_types::tokens::TokenDifference;

/// What a new token would open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReview {
    /// Methods by their full names, sorted.
    pub scope: Scope,
    /// How many methods it opens.
    pub opens: usize,
}

/// What a change would make different.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeReview {
    /// In the methods that are opened.
    pub difference: TokenDifference,
    /// The e-mail address of the owner who would lose it to the caller.
    pub taken_from: Option<String>,
}

impl Tokens {
    /// Checks a new token as [`create`](Tokens::create) would.
    ///
    /// # Errors
    /// As there.
    pub async fn review_new(&self, caller: &Caller, new: &NewToken) -> Result<NewReview> {
        let methods = self.check_new(caller, new)?;
        let mut connection = self.store.read().acquire().await?;
        check_limit(&mut connection, caller, self.settings.token_limit).await?;
        self.check_new_limits(&mut connection, caller, new).await?;
        let opens = self.scope_names(new.scope.set(), &methods).len();
        Ok(NewReview { scope: Scope::of(new.scope.set(), methods), opens })
    }

    /// Checks a change as [`edit`](Tokens::edit) would.
    ///
    /// # Errors
    /// As there.
    pub async fn review_change(
        &self,
        caller: &Caller,
        id: i64,
        version: i64,
        change: &TokenChange,
    ) -> Result<ChangeReview> {
        let token = self.seen(caller, id).await?;
        check_may_change(caller, token.owner, token.shared)?;
        if token.version != version {
            return Err(Error::Changed(Box::new(self.view(caller, token))));
        }
        let mut connection = self.store.read().acquire().await?;
        let checked = self.check_change(&mut connection, caller, &token, change).await?;
        drop(connection);
        let (before, after) =
            (self.scope_names(token.set, &token.methods), self.scope_names(checked.set, &checked.methods));
        let difference = checked.difference(&token, &before, &after);
        let taken_from = (checked.widens && token.owner != caller.user).then_some(token.owner_email);
        Ok(ChangeReview { difference, taken_from })
    }
}
