//! The browser door: pages, server functions, and the forms that work without WASM.

mod exports;
mod forms;
mod pages;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use keyrack_app::cookie::CookieRule;
use keyrack_app::request_context::{PublicUrl, RequestContext};
use keyrack_domain::Keyrack;
use keyrack_domain::types::methods::MethodDoc;
use keyrack_wire::TrustedProxies;
use leptos::prelude::{provide_context, use_context};
use tokio_util::task::TaskTracker;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::forwarding::Peers;
use crate::http::Address;
use crate::http::guard::Guard;

/// The largest form, in bytes; a token with every method ticked is some 20 KiB.
const LARGEST_FORM: usize = 256 << 10;
/// A body that pauses longer than this is not waited for.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// What the pages and forms work with.
#[derive(Clone)]
pub struct Browser {
    keyrack: Keyrack,
    docs: Arc<Vec<MethodDoc>>,
    cookie: CookieRule,
    url: PublicUrl,
    guard: Arc<Guard>,
    proxies: Arc<TrustedProxies>,
    /// Changes that are under way; shutting down waits for them.
    changes: TaskTracker,
    /// The other servers.
    peers: Arc<Peers>,
}

impl Browser {
    /// The browser door of this server.
    pub fn new(
        keyrack: Keyrack,
        docs: Vec<MethodDoc>,
        address: &Address,
        guard: Arc<Guard>,
        proxies: TrustedProxies,
        changes: TaskTracker,
        peers: Arc<Peers>,
    ) -> Browser {
        let lifetime = keyrack.settings().session_lifetime;
        let cookie = CookieRule::new(address.is_https(), &keyrack.core.cookie_realm(), lifetime);
        Browser {
            keyrack,
            docs: Arc::new(docs),
            cookie,
            url: PublicUrl(address.origin()),
            guard,
            proxies: Arc::new(proxies),
            changes,
            peers,
        }
    }

    /// All of its routes, and the page for what is not found.
    pub fn router(self) -> Router {
        let pages = pages::router(pages::options(), {
            let browser = self.clone();
            move || browser.provide()
        });
        let visitor = axum::middleware::from_fn_with_state(self.clone(), visitor::admit);
        pages
            .merge(forms::router().merge(exports::router()).with_state(self))
            .layer(visitor)
            .layer(RequestBodyTimeoutLayer::new(LONGEST_PAUSE))
            .layer(RequestBodyLimitLayer::new(LARGEST_FORM))
            .layer(CatchPanicLayer::new())
    }

    /// Puts what the pages and server functions need into the Leptos context.
    fn provide(&self) {
        provide_context(self.keyrack.clone());
        provide_context(self.docs.clone());
        provide_context(self.cookie.clone());
        provide_context(self.url.clone());
        // Absent while the list of routes is made.
        if let Some(request_context) =
            use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<RequestContext>().cloned())
        {
            provide_context(request_context);
        }
    }
}
