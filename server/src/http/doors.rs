//! All routes of the server.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::map_response;
use keyrack_domain::Keyrack;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;

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
        let browser =
            Browser::new(keyrack.clone(), registry.docs(), address, proxies.clone(), changes.clone(), peers.clone());
        let api = Arc::new(Api::new(keyrack.clone(), registry, proxies, metrics.clone(), changes.clone(), peers));
        Doors { keyrack, api, metrics, browser, https: address.is_https(), changes }
    }

    /// Everything that is answered.
    pub fn router(&self) -> Router {
        // The API adds its headers by itself: no layer stands in its way.
        let others = health::router(self.keyrack.clone(), self.metrics.clone())
            .merge(site::router())
            .merge(self.browser.clone().router())
            .layer(map_response(headers::harden));
        let inner = passing::router(self.keyrack.clone(), self.api.clone(), self.browser.clone().router());
        let all = Router::new().merge(api::router(self.api.clone())).merge(inner).merge(others);
        if self.https { all.layer(map_response(headers::only_tls)) } else { all }
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
