//! The context of a request, which the server provides to Leptos for each page and each server function.

use std::sync::Arc;

use http::{header, request::Parts};
use keyrack_domain::{
    Keyrack,
    caller::{Caller, Client},
    types::{
        hosts::{host_of, is_loopback},
        refusal::Refusal,
    },
};
use leptos::prelude::use_context;

/// The caller and the client of a browser's request.
#[derive(Clone)]
pub struct RequestContext {
    /// The signed-in caller; `None` without a live session.
    pub caller: Option<Arc<Caller>>,
    /// Where the request comes from.
    pub client: Client,
}

/// The domain and the signed-in caller. The first line of every server function.
///
/// # Errors
/// [`Refusal::SignedOut`].
pub fn signed_in() -> Result<(Keyrack, Arc<Caller>), Refusal> {
    let caller =
        use_context::<RequestContext>().and_then(|request_context| request_context.caller).ok_or(Refusal::SignedOut)?;
    Ok((keyrack()?, caller))
}

/// The domain, for what people may do who are not signed in (yet).
///
/// # Errors
/// [`Refusal::Unavailable`] while the server starts.
pub fn keyrack() -> Result<Keyrack, Refusal> {
    use_context::<Keyrack>()
        .ok_or_else(|| Refusal::Unavailable { message: "The server is not ready yet. Try again shortly.".into() })
}

/// Where the request comes from, for operations that record it.
///
/// # Errors
/// [`Refusal::SignedOut`] outside of a request.
pub fn client() -> Result<Client, Refusal> {
    use_context::<RequestContext>().map(|request_context| request_context.client).ok_or(Refusal::SignedOut)
}

/// Where people and scripts reach this server, `https://keys.example.org`, without a slash at the end. Provided in the
/// Leptos context, for examples.
#[derive(Clone, Debug)]
pub struct PublicUrl(pub String);

/// The server's address for examples.
pub fn origin() -> String {
    use_context::<PublicUrl>().map_or_else(|| "http://127.0.0.1:8080".to_owned(), |url| url.0)
}

/// The host that the browser asked for.
pub fn asked_host() -> Option<String> {
    use_context::<Parts>().and_then(|parts| host_of(parts.headers.get(header::HOST)?.to_str().ok()?))
}

/// Whether the traffic can be read on the way: the server is reached by plain http, and not from its own machine.
pub fn is_in_the_clear() -> bool {
    let https = use_context::<PublicUrl>().is_some_and(|url| url.0.starts_with("https://"));
    !https && asked_host().is_some_and(|host| !is_loopback(&host))
}
