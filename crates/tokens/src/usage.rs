//! What is shown of a token's use.

use std::cmp::Reverse;

use super::rows::TokenRow;
use keyrack_core::caller::{Caller, Right};
use keyrack_core::methods::Catalog;
use keyrack_core::usage::UsageSlot;
use keyrack_types::ids::UserId;
use keyrack_types::tokens::{METHODS_SHOWN, TokenUse};

/// Whether the caller may know from where a token of this owner was used.
pub(super) fn may_see(caller: &Caller, owner: UserId) -> bool {
    owner == caller.user || caller.require(Right::ReadAudit).is_ok()
}

/// What the store knows together with what this server noted since. Addresses of others are for who may read the audit log.
pub(super) fn shown(
    catalog: &Catalog,
    caller: &Caller,
    token: &TokenRow,
    live: Option<&UsageSlot>,
) -> Option<TokenUse> {
    if !may_see(caller, token.owner) {
        return None;
    }
    let seen = live.and_then(UsageSlot::last);
    if seen.is_none() && token.last_used.is_none() {
        return None;
    }
    let (address, agent) = match live.and_then(UsageSlot::origin) {
        Some(origin) if seen >= token.last_used => (origin.address.to_string(), origin.agent),
        _ => (token.last_place.0.clone().unwrap_or_default(), token.last_place.1.clone().unwrap_or_default()),
    };
    let mut calls = token.calls.clone();
    for (method, more) in live.into_iter().flat_map(UsageSlot::unflushed_calls) {
        let (name, more) = (&catalog.entry(method).info.name, i64::try_from(more).unwrap_or(i64::MAX));
        match calls.iter_mut().find(|(called, _)| called == name) {
            Some((_, count)) => *count = count.saturating_add(more),
            None => calls.push((name.clone(), more)),
        }
    }
    calls.sort_unstable_by(|a, b| (Reverse(a.1), &a.0).cmp(&(Reverse(b.1), &b.0)));
    let more = calls.len().saturating_sub(METHODS_SHOWN);
    calls.truncate(METHODS_SHOWN);
    Some(TokenUse { address, agent, calls, more })
}
