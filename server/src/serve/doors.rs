//! All doors of the server, and the way to each of them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use keyrack_domain::Keyrack;
use keyrack_wire::TrustedProxies;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::health;
use crate::browser::Browser;
use crate::dispatch::api::Api;
use crate::dispatch::metrics::Metrics;
use crate::dispatch::registry::Registry;
use crate::forwarding::Peers;
use crate::http::guard::Guard;
use crate::http::{Address, headers};
use crate::leaks::{Leaks, ScanningKeys};
use crate::{dispatch, forwarding, site};

/// The doors into the domain: the API for scripts, the pages for browsers.
pub struct Doors {
    keyrack: Keyrack,
    api: Arc<Api>,
    metrics: Arc<Metrics>,
    browser: Browser,
    guard: Arc<Guard>,
    leaks: LeakDoors,
    https: bool,
    changes: TaskTracker,
}

/// What the doors for leaked tokens are made of.
struct LeakDoors {
    proxies: TrustedProxies,
    keys: Option<ScanningKeys>,
    origin: String,
}

impl Doors {
    /// The doors of this server.
    pub fn new(keyrack: Keyrack, registry: Registry, proxies: TrustedProxies, address: &Address) -> Doors {
        let metrics = Arc::new(Metrics::new(&registry));
        let changes = TaskTracker::new();
        let peers = Arc::new(Peers::new(keyrack.clone()));
        keyrack.uploads.set_peers(Arc::new(peers.network()));
        let guard = Arc::new(Guard::new(address));
        let browser = Browser::new(
            keyrack.clone(),
            registry.docs(),
            address,
            guard.clone(),
            proxies.clone(),
            changes.clone(),
            peers.clone(),
        );
        let leaks = LeakDoors { proxies: proxies.clone(), keys: None, origin: address.origin() };
        let api = Arc::new(Api::new(
            keyrack.clone(),
            registry,
            guard.clone(),
            proxies,
            metrics.clone(),
            changes.clone(),
            peers,
        ));
        Doors { keyrack, api, metrics, browser, guard, leaks, https: address.is_https(), changes }
    }

    /// The same, which believe reports of leaked tokens that are signed with these keys.
    #[must_use]
    pub fn with_scanning_keys(mut self, keys: ScanningKeys) -> Doors {
        self.leaks.keys = Some(keys);
        self
    }

    /// Everything that is answered.
    pub fn app(&self) -> App {
        // For browsers. Programs may call this server as they like: no name brings them a cookie.
        let pages = site::router()
            .merge(self.browser.clone().router())
            .layer(from_fn_with_state(self.guard.clone(), by_own_names));
        let LeakDoors { proxies, keys, origin } = &self.leaks;
        let leaks = Leaks::new(self.keyrack.clone(), proxies.clone(), keys.clone(), origin.clone());
        let others = health::router(self.keyrack.clone(), self.metrics.clone())
            .merge(leaks.router())
            .merge(pages)
            .layer(map_response(headers::harden));
        let api = self.api.clone();
        let calls = Router::new().fallback(async move |request: Request| api.answer(request).await);
        let inner = forwarding::router(self.keyrack.clone(), calls, self.browser.clone().router());
        let routes = Router::new().merge(dispatch::router(self.api.clone())).merge(inner).merge(others);
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

/// Refuses what was asked by a name that is not this server's; see [`Guard::knows`].
async fn by_own_names(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if guard.knows(&parts) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    tracing::debug!("a page was asked for by a name that is not this server's");
    (StatusCode::MISDIRECTED_REQUEST, [(header::CACHE_CONTROL, "no-store")], guard.advice()).into_response()
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
        let response = if dispatch::path::is_call(request.uri().path()) {
            self.api.answer(request).await
        } else {
            self.routes.clone().oneshot(request).await.unwrap_or_else(|never| match never {})
        };
        if self.https { headers::only_tls(response) } else { response }
    }

    /// Adds what no answer goes without to one that came about before any door.
    pub async fn finish(&self, response: Response) -> Response {
        let response = headers::harden(response).await;
        if self.https { headers::only_tls(response) } else { response }
    }
}
