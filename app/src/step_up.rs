//! Confirming a change with the password and the second factor: the first lines of every server function that needs it.

use http::{HeaderValue, header};
use keyrack_domain::{
    Error, Keyrack,
    accounts::Confirmed,
    caller::Caller,
    types::{
        hosts::host_of,
        refusal::Answer,
        second_factor::{ConfirmInput, ConfirmNeeds, PasskeyPlace, Security},
    },
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::request_context::{asked_host, client, signed_in};

/// The caller, confirmed. The step-up gives the session a new id; the browser learns it with this answer, whatever
/// becomes of the change itself.
///
/// # Errors
/// With the reason when it is not confirmed.
pub async fn confirmed(input: ConfirmInput) -> Answer<(Keyrack, Confirmed)> {
    let (keyrack, caller) = signed_in()?;
    let confirmed = keyrack.accounts.confirm(&caller, &client()?, &input.into()).await.map_err(crate::refusal::of)?;
    if let Some(session) = confirmed.new_session() {
        crate::cookie::set(session);
    }
    Ok((keyrack, confirmed))
}

/// What the caller's next change will have to be confirmed with.
///
/// # Errors
/// When the database cannot be read.
pub async fn needs(keyrack: &Keyrack, caller: &Caller) -> Result<ConfirmNeeds, Error> {
    let factors = keyrack.second_factor.second_factors(caller).await?;
    let covered = keyrack.accounts.second_factor_cover(caller).await?.unwrap_or_default();
    Ok(ConfirmNeeds { totp: factors.totp, passkey: !factors.passkeys.is_empty(), covered })
}

/// What the Security page shows of second factors.
///
/// # Errors
/// When the database cannot be read.
pub async fn security(keyrack: &Keyrack, caller: &Caller) -> Result<Security, Error> {
    Ok(Security {
        factors: keyrack.second_factor.second_factors(caller).await?,
        needs: needs(keyrack, caller).await?,
        passkeys: passkeys(keyrack),
    })
}

fn passkeys(keyrack: &Keyrack) -> PasskeyPlace {
    let public = &keyrack.settings().public_url;
    if !keyrack.second_factor.has_passkeys() {
        return PasskeyPlace::Nowhere;
    }
    let bound = public.split_once("://").and_then(|(_, rest)| host_of(rest.trim_end_matches('/')));
    if asked_host() == bound { PasskeyPlace::Here } else { PasskeyPlace::At(public.clone()) }
}

/// An answer with a secret stays in no cache.
pub fn no_store() {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
