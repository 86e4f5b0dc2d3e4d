//! The Access Tokens page's server functions. Arguments travel as JSON, which no form of another site can send.

mod create;
mod edit;
mod list;
mod regenerate;
mod remove;
mod review;

pub use self::{create::*, edit::*, list::*, regenerate::*, remove::*, review::*};

#[cfg(feature = "ssr")]
mod ssr {
    use http::{HeaderValue, header};
    use keyrack_domain::{
        Error, Keyrack,
        accounts::{Confirmation, Confirmed},
        types::refusal::{Answer, Refusal},
    };
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;

    use crate::visit::{Visit, signed_in};

    /// The caller with the password proven once more. The step-up may give the session a new id; the browser learns it
    /// with this answer, whatever becomes of the change itself.
    pub async fn confirmed(password: &str) -> Answer<(Keyrack, Confirmed)> {
        let (keyrack, caller) = signed_in()?;
        let client = use_context::<Visit>().ok_or(Refusal::SignedOut)?.client;
        let confirmed =
            keyrack.confirm(&caller, &client, &Confirmation::password(password)).await.map_err(Error::into_refusal)?;
        if let Some(session) = confirmed.new_session() {
            crate::cookie::set(session);
        }
        Ok((keyrack, confirmed))
    }

    /// An answer with a secret stays in no cache.
    pub fn no_store() {
        if let Some(response) = use_context::<ResponseOptions>() {
            response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}
