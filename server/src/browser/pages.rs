//! Rendered pages and server functions.

use axum::{Router, body::Body, extract::Request, response::Response, routing::get};
use http::{HeaderName, HeaderValue, StatusCode, header};
use keyrack_app::{App, request_context, shell};
use leptos::{
    config::LeptosOptions,
    nonce::use_nonce,
    prelude::{provide_context, use_context},
};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

use super::Browser;
use crate::site;

/// What Leptos has to know to name the site's files. Nothing is read from disk or from the environment.
pub fn options() -> LeptosOptions {
    LeptosOptions::builder().output_name("keyrack").site_pkg_dir(site::pkg_dir()).build()
}

/// All pages of the app and all of its server functions. `context` runs before each of them and provides what they
/// need (`leptos::prelude::provide_context`). Any other path gets the app's "not found" page with status 404, so this
/// router holds the fallback.
pub fn router<C>(options: LeptosOptions, context: C) -> Router
where
    C: Fn() + Clone + Send + Sync + 'static,
{
    let context = move || {
        context();
        secure_page();
    };
    let routes = generate_route_list(App);
    let page = {
        let options = options.clone();
        move || shell(options.clone())
    };
    let not_found = leptos_axum::render_app_async_with_context(context.clone(), page.clone());
    Router::new()
        .leptos_routes_with_context(&options, routes, context, page)
        .fallback_service(get(async move |request: Request<Body>| {
            let mut response: Response = not_found(request).await;
            if response.status() == StatusCode::OK {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            response
        }))
        .with_state(options)
}

/// A page that is shown again as the answer to a form that was sent to it.
pub struct Again {
    request: Request<Body>,
}

impl Again {
    /// Keeps what the page needs of the form's request: its headers, and who visits.
    pub fn of(request: &Request<Body>) -> Again {
        let mut again = Request::new(Body::empty());
        *again.headers_mut() = request.headers().clone();
        *again.extensions_mut() = request.extensions().clone();
        Again { request: again }
    }

    /// Renders the page at `path` with the outcome of the form in its context.
    pub async fn show<O: Clone + Send + Sync + 'static>(
        mut self,
        browser: &Browser,
        path: &'static str,
        outcome: O,
    ) -> Response {
        *self.request.uri_mut() = http::Uri::from_static(path);
        let options = options();
        let browser = browser.clone();
        let context = move || {
            browser.provide();
            secure_page();
            provide_context(outcome.clone());
        };
        leptos_axum::render_app_async_with_context(context, move || shell(options.clone()))(self.request).await
    }
}

/// Headers of every rendered page. Scripts run when they come from this origin or carry the nonce of this answer;
/// styles come from the stylesheet only, so `style="…"` in HTML has no effect (set it from code, or use a class).
fn secure_page() {
    // Absent while the list of routes is made.
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    // Absent for server functions, which answer no HTML.
    let policy = match use_nonce() {
        Some(nonce) => format!(
            "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
             img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        ),
        None => "default-src 'none'; frame-ancestors 'none'".to_owned(),
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).expect("the nonce is base64")),
        // Not `no-referrer`, with which browsers send forms as if no page of ours had made them (`Origin: null`). Addresses of
        // pages hold secrets of invitations; other sites learn nothing of them.
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ] {
        response.insert_header(name, value);
    }
    // Browsers ignore it, and complain, where the page came in the clear.
    if !request_context::is_in_the_clear() {
        let name = HeaderName::from_static("cross-origin-opener-policy");
        response.insert_header(name, HeaderValue::from_static("same-origin"));
    }
}
