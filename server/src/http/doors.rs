//! All doors of the server, and the way to each of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::map_response;
use axum::response::Response;
use keyrack_domain::Keyrack;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::Address;
use super::client::TrustedProxies;
use super::metrics::Metrics;
use super::{headers, health};
use crate::api::dispatch::Api;
use crate::api::registry::Registry;
use crate::browser::Browser;
use crate::{api, site};

/// The doors into the domain: the API for scripts, the pages for browsers.
pub struct Doors {
    keyrack: Keyrack,
    api: Arc<Api>,
    metrics: Arc<Metrics>,
    browser: Browser,
    https: bool,
    changes: TaskTracker,
}

impl Doors {
    /// The doors of this server.
    pub fn new(keyrack: Keyrack, registry: Registry, proxies: TrustedProxies, address: &Address) -> Doors {
        let metrics = Arc::new(Metrics::new(&registry));
        let changes = TaskTracker::new();
        let browser = Browser::new(keyrack.clone(), registry.docs(), address, proxies.clone(), changes.clone());
        let api = Arc::new(Api::new(keyrack.clone(), registry, proxies, metrics.clone(), changes.clone()));
        Doors { keyrack, api, metrics, browser, https: address.is_https(), changes }
    }

    /// Everything that is answered.
    pub fn app(&self) -> App {
        let others = health::router(self.keyrack.clone(), self.metrics.clone())
            .merge(site::router())
            .merge(self.browser.clone().router())
            .layer(map_response(headers::harden));
        App { api: self.api.clone(), others, https: self.https }
    }

    /// Waits for changes that go on although their clients are gone, for so long at most.
    pub async fn finish(&self, most: Duration) {
        self.changes.close();
        if tokio::time::timeout(most, self.changes.wait()).await.is_err() {
            tracing::warn!("some changes did not finish in time");
        }
    }
}

/// Answers requests. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Adds its headers by itself: no layer and no router stands in its way.
    api: Arc<Api>,
    others: Router,
    https: bool,
}

impl App {
    /// Answers one request.
    pub async fn answer(&self, request: Request) -> Response {
        let response = if api::is_called(request.uri().path()) {
            self.api.answer(request).await
        } else {
            self.others.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
        };
        if self.https { headers::only_tls(response) } else { response }
    }
}
