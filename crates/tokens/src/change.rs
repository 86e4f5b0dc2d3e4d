//! Changing a token; its secret stays.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::limits::{self, CheckedLimits, LimitsChange};
use super::rows::{TokenRow, replace_methods, token_to_change};
use super::rules::{check_description, check_expiry, check_may_change, check_scope};
use super::scope::{Expiry, Scope};
use super::secrets::live;
use crate::Tokens;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::Caller;
use keyrack_core::error::{Error, Result};
use keyrack_identity::accounts::Confirmed;
use keyrack_identity::notices::{Notice, notify};
use keyrack_types::dates::{end_of_day, wire_moment};
use keyrack_types::methods::ApiSet;
use keyrack_types::tokens::{TokenDifference, TokenState, TokenView};

/// What shall be different; `None` leaves a thing as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenChange {
    pub description: Option<String>,
    pub scope: Option<Scope>,
    pub expires: Expiry,
    pub shared: Option<bool>,
    pub limits: LimitsChange,
}

/// A change, checked against the token that it is for.
pub(super) struct CheckedChange {
    pub description: String,
    pub set: ApiSet,
    pub methods: Vec<String>,
    pub expires: Option<DateTime<Utc>>,
    pub shared: bool,
    pub limits: CheckedLimits,
    /// Whether it opens more than before, for longer, or from more places.
    pub widens: bool,
}

impl CheckedChange {
    /// What it changes of the token, given the methods that are compared: those that are stored, or all that are opened.
    pub fn difference(&self, token: &TokenRow, before: &[String], after: &[String]) -> TokenDifference {
        let TokenRow { description, set, expires, shared, limits, .. } = token;
        TokenDifference::between(
            TokenState { description, api_set: *set, methods: before, expires: *expires, shared: *shared, limits },
            TokenState {
                description: &self.description,
                api_set: self.set,
                methods: after,
                expires: self.expires,
                shared: self.shared,
                limits: &self.limits.limits,
            },
        )
    }
}

impl Tokens {
    /// Changes a token. Whoever lets another's token open more, for longer, or from more places, is its owner from then on: it has that member's
    /// rights, and the owner before gets a notice. `version` is the one that the change was made from: when the token is another one by now, nothing
    /// is written. Clients that do not know versions leave it out and overwrite.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Invalid`] naming the field, [`Error::Changed`] with the token
    /// as it is now.
    pub async fn edit(
        &self,
        confirmed: &Confirmed,
        id: i64,
        version: Option<i64>,
        change: &TokenChange,
    ) -> Result<TokenView> {
        let caller = confirmed.caller();
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        confirmed.hold(&mut tx).await?;
        let mut token = token_to_change(&mut tx, caller, id).await?;
        token.secrets = self.secrets_of(&mut tx, token.id).await?;
        check_may_change(caller, token.owner, token.shared)?;
        if version.is_some_and(|version| version != token.version) {
            return Err(Error::Changed(Box::new(self.view(caller, token))));
        }
        let checked = self.check_change(&mut tx, caller, &token, change).await?;
        let difference = checked.difference(&token, &token.methods, &checked.methods);
        if difference.is_none() {
            return Ok(self.view(caller, token));
        }
        let taken_over = checked.widens && token.owner != caller.user;
        sqlx::query(
            "UPDATE tokens SET description = $1, api_set = $2, shared = $3, expires_at = $4, owner_id = $6, \
             secret_by = coalesce(secret_by, owner_id), version = version + 1 WHERE id = $5",
        )
        .bind(&checked.description)
        .bind(checked.set.name())
        .bind(i64::from(checked.shared))
        .bind(checked.expires.map(|end| end.timestamp_millis()))
        .bind(token.id.0)
        .bind(if taken_over { caller.user.0 } else { token.owner.0 })
        .execute(&mut *tx)
        .await?;
        if difference.limits.is_some() {
            limits::store(&mut tx, token.id, &checked.limits).await?;
        }
        if checked.methods != token.methods {
            replace_methods(&mut tx, token.id, &checked.methods).await?;
        }
        if checked.set != ApiSet::ExtendedAccess || taken_over {
            // What the token does not open any more, or not to its former owner, must not stay open through a sign-in that it gave.
            sqlx::query("DELETE FROM sessions WHERE token_id = $1").bind(token.id.0).execute(&mut *tx).await?;
        }
        let mut event = describe(Event::by(caller, confirmed.client(), "token.edit", token.subject()), difference);
        if taken_over {
            event = event.with("owner", format!("{} → {}", token.owner_email, caller.email));
            let notice = Notice::TokenTakenOver { description: &checked.description, by: &caller.email };
            notify(&mut tx, &self.settings, now, token.owner, Some(caller.account), notice).await?;
        }
        audit::append(&mut tx, now, event).await?;
        let mut changed = token_to_change(&mut tx, caller, id).await?;
        changed.secrets = token.secrets;
        let invalidated = live(&mut tx, token.id).await?;
        tx.commit(&invalidated).await?;
        Ok(self.view(caller, changed))
    }

    /// The change with everything that it leaves out filled in.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field. A past date is refused only when it is a new one.
    pub(super) async fn check_change(
        &self,
        connection: &mut AnyConnection,
        caller: &Caller,
        token: &TokenRow,
        change: &TokenChange,
    ) -> Result<CheckedChange> {
        let description = match &change.description {
            Some(text) => check_description(text)?,
            None => token.description.clone(),
        };
        let (set, methods) = match &change.scope {
            Some(scope) => (scope.set(), check_scope(&self.catalog, scope)?),
            None => (token.set, token.methods.clone()),
        };
        let expires = match change.expires {
            Expiry::Keep => token.expires,
            Expiry::Never => None,
            Expiry::At(end) => Some(end),
            Expiry::OnDay(day) => token.expires.filter(|end| end.date_naive() == day).or(Some(end_of_day(day))),
        };
        if expires != token.expires {
            check_expiry(expires, self.world.now())?;
        }
        let limits = limits::check(connection, caller.account, &token.limits, &change.limits).await?;
        let widens = self.opens_more((token.set, &token.methods), (set, &methods))
            || ends_later(token.expires, expires)
            || limits::widen(&token.limits, &limits.limits);
        let shared = change.shared.unwrap_or(token.shared);
        Ok(CheckedChange { description, set, methods, expires, shared, limits, widens })
    }

    /// Whether a scope opens anything that another does not. A prepared set can grow with the server, so choosing one opens more
    /// than any list of methods does.
    fn opens_more(&self, (from_set, from): (ApiSet, &[String]), (to_set, to): (ApiSet, &[String])) -> bool {
        if to_set == from_set && to_set != ApiSet::Custom {
            return false;
        }
        if to_set == ApiSet::ExtendedAccess || (to_set != ApiSet::Custom && from_set == ApiSet::Custom) {
            return true;
        }
        let (before, after) = (self.scope_names(from_set, from), self.scope_names(to_set, to));
        after.iter().any(|name| !before.contains(name))
    }

    /// The full names of the methods that a scope opens.
    pub(super) fn scope_names(&self, set: ApiSet, methods: &[String]) -> Vec<String> {
        match set {
            ApiSet::Custom => methods.to_vec(),
            set => self.catalog.names(&self.catalog.set_bits(set)),
        }
    }
}

fn ends_later(from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>) -> bool {
    from.is_some_and(|from| to.is_none_or(|to| to > from))
}

fn describe(mut event: Event, difference: TokenDifference) -> Event {
    let TokenDifference { description, api_set, added, removed, expires, shared, limits } = difference;
    if let Some((_, description)) = description {
        event = event.with("description", description);
    }
    if let Some((before, after)) = api_set {
        event = event.with("apiSet", format!("{} → {}", before.name(), after.name()));
    }
    for (key, names) in [("methodsAdded", added), ("methodsRemoved", removed)] {
        if !names.is_empty() {
            event = event.with(key, names);
        }
    }
    if let Some((before, after)) = expires {
        let date = |date: Option<DateTime<Utc>>| date.map_or_else(|| "never".to_owned(), wire_moment);
        event = event.with("expires", format!("{} → {}", date(before), date(after)));
    }
    if let Some(shared) = shared {
        event = event.with("shared", shared);
    }
    if let Some((before, after)) = limits.as_deref() {
        for change in before.changes(after) {
            event = event.with(change.name, format!("{} → {}", change.before, change.after));
        }
    }
    event
}
