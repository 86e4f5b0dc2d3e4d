//! All doors of the server, and the way to each of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::map_response;
use axum::response::Response;
use keyrack_domain::Keyrack;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::Address;
use super::client::TrustedProxies;
use super::metrics::Metrics;
use super::passing::Peers;
use super::{headers, health, passing};
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
        let peers = Arc::new(Peers::new(keyrack.clone()));
        keyrack.uploads.reach_others(Arc::new(peers.network()));
        let browser =
            Browser::new(keyrack.clone(), registry.docs(), address, proxies.clone(), changes.clone(), peers.clone());
        let api = Arc::new(Api::new(keyrack.clone(), registry, proxies, metrics.clone(), changes.clone(), peers));
        Doors { keyrack, api, metrics, browser, https: address.is_https(), changes }
    }

    /// Everything that is answered.
    pub fn app(&self) -> App {
        let others = health::router(self.keyrack.clone(), self.metrics.clone())
            .merge(site::router())
            .merge(self.browser.clone().router())
            .layer(map_response(headers::harden));
        let inner = passing::router(self.keyrack.clone(), self.api.clone(), self.browser.clone().router());
        let routes = Router::new().merge(api::router(self.api.clone())).merge(inner).merge(others);
        App { api: self.api.clone(), routes, https: self.https }
    }

    /// Begins the tasks that are due now; see [`Api::run_due_tasks`].
    pub async fn run_due_tasks(&self) -> Vec<JoinHandle<()>> {
        self.api.run_due_tasks().await
    }

    /// Begins tasks as they come due, until it is dropped.
    pub async fn keep_running_tasks(self: Arc<Doors>) {
        let mut ticks = tokio::time::interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            self.run_due_tasks().await;
        }
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
    api: Arc<Api>,
    routes: Router,
    https: bool,
}

impl App {
    /// Answers one request. What the router does for each costs more than the check of a token, so calls do without it:
    /// their place is known, and they add their headers by themselves.
    pub async fn answer(&self, request: Request) -> Response {
        let response = if request.uri().path().starts_with("/1.0/") {
            self.api.answer(request).await
        } else {
            self.routes.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
        };
        if self.https { headers::only_tls(response) } else { response }
    }
}
