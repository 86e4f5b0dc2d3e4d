//! What every new or changed token must fulfil, whichever door it comes through.

use chrono::{DateTime, Utc};

use super::scope::Scope;
use keyrack_core::caller::{Caller, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::methods::Catalog;
use keyrack_types::dates::DateError;
use keyrack_types::ids::UserId;
use keyrack_types::methods::ApiSet;
use keyrack_types::tokens::{self, DESCRIPTION_LIMIT, DescriptionProblem};

/// The description as it is stored.
pub(super) fn check_description(text: &str) -> Result<String> {
    let why = match tokens::check_description(text) {
        Ok(text) => return Ok(text.to_owned()),
        Err(DescriptionProblem::Empty) => "Write a description, so that you know later what the token is for.".into(),
        Err(DescriptionProblem::TooLong(length)) => {
            format!("The description has {length} characters; at most {DESCRIPTION_LIMIT} can be kept.")
        }
        Err(DescriptionProblem::Hidden(letter)) => format!(
            "The description holds a character that cannot be seen (U+{:04X}); write it in one line of plain text.",
            u32::from(letter)
        ),
    };
    Err(Error::invalid(field::Token::Description, why))
}

/// The full names of the methods of a custom token, sorted; nothing for a prepared set.
pub(super) fn check_scope(catalog: &Catalog, scope: &Scope) -> Result<Vec<String>> {
    let methods = match scope {
        // No set is prepared under this name.
        Scope::Set(ApiSet::Custom) => &Vec::new(),
        Scope::Set(_) => return Ok(Vec::new()),
        Scope::Methods(methods) => methods,
    };
    let mut names = methods
        .iter()
        .map(|written| {
            let info = catalog
                .resolve(written)
                .map_err(|unknown| Error::invalid(field::Token::Methods, unknown.to_string()))?;
            Ok(info.name.clone())
        })
        .collect::<Result<Vec<_>>>()?;
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Err(Error::invalid(
            field::Token::Methods,
            "Tick at least one method, or choose an API set: a token that opens nothing is of no use.",
        ));
    }
    Ok(names)
}

/// A date that is new must not be past.
pub(super) fn check_expiry(expires: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<()> {
    match expires {
        Some(end) if end <= now => Err(Error::invalid(field::Token::Expires, DateError::Past.to_string())),
        _ => Ok(()),
    }
}

/// Whether this caller may see a token.
pub(super) fn may_see(caller: &Caller, owner: UserId, shared: bool) -> bool {
    owner == caller.user || shared || caller.require(Right::ManageAllTokens).is_ok()
}

/// Whether this caller may change a token that it sees.
pub(super) fn check_may_change(caller: &Caller, owner: UserId, shared: bool) -> Result<()> {
    if owner == caller.user || shared {
        caller.require(Right::ManageTokens)
    } else {
        caller.require(Right::ManageAllTokens)
    }
}
