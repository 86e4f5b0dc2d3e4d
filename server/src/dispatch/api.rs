//! The way of a call: method, parameters, credential, permission, file, typed parameters, handler, envelope.
//!
//! Nothing here writes to the store, and nothing allocates more when there are more tokens.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use futures::FutureExt;
use http::request::Parts;
use http::{HeaderValue, Method as Verb, Response, header};
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::cluster::ServerId;
use keyrack_domain::decision::{Asked, Rule};
use keyrack_domain::denied::Denied;
use keyrack_domain::log_lines::LineCause;
use keyrack_domain::methods::MethodId;
use keyrack_domain::rate::Quota;
use keyrack_domain::uploads::Received;
use keyrack_domain::waiting;
use keyrack_domain::{Credential, Error, Keyrack};
use tokio_util::task::TaskTracker;

use super::answer::Answer;
use super::call::{Permit, PublicCall};
use super::cors::{self, everywhere};
use super::credential::{came_in_url, explain, presented};
use super::error::{ApiError, Code};
use super::incoming::Incoming;
use super::path;
use super::problem;
use super::registry::{Answering, Effect, Method, NoSuch, Registry, Started};
use super::token_headers;
use crate::dispatch::metrics::Metrics;
use crate::forwarding::{ForwardedCall, Peers};
use crate::http::client::{Forwarded, client};
use crate::http::guard::Guard;
use crate::log::context::{self as log, MethodName};
use keyrack_wire::{Names, Pairs, TrustedProxies};

/// The API, ready to answer.
pub struct Api {
    pub(super) keyrack: Keyrack,
    pub(super) registry: Registry,
    /// The catalogue's number of each method of the registry, in its order.
    pub(super) ids: Vec<MethodId>,
    guard: Arc<Guard>,
    proxies: TrustedProxies,
    metrics: Arc<Metrics>,
    /// Changes that are under way; shutting down waits for them.
    pub(super) changes: TaskTracker,
    /// The other servers.
    peers: Arc<Peers>,
}

/// What became known of a call on its way, for the log, the counters and the audit.
#[derive(Default)]
struct Trace {
    /// The method's place in the registry.
    index: Option<usize>,
    caller: Option<Arc<Caller>>,
    /// Who called, also where the credential has ended.
    known: Option<Arc<Caller>>,
    /// How the rate of its token stands.
    quota: Option<Quota>,
    client: Option<Client>,
    /// As it came; it must not come back in any text.
    credential: String,
    /// Its parameters, where it may have to be forwarded to another server.
    pairs: Option<Pairs>,
    /// The file that came with it.
    file: Option<Arc<Received>>,
    /// Whether some of the body was left unread, so that the connection cannot carry another request.
    unread: bool,
}

impl Trace {
    /// Says in the headers of an answer what there is to say of the token.
    fn say(&self, response: &mut Response<Body>) {
        if let Some(caller) = &self.known {
            token_headers::add(response.headers_mut(), caller, self.quota);
        }
    }
}

impl Api {
    /// Puts the parts together.
    ///
    /// # Panics
    /// When the domain was opened with the catalogue of another registry: a defect.
    pub fn new(
        keyrack: Keyrack,
        registry: Registry,
        guard: Arc<Guard>,
        proxies: TrustedProxies,
        metrics: Arc<Metrics>,
        changes: TaskTracker,
        peers: Arc<Peers>,
    ) -> Api {
        let ids: Vec<_> = keyrack.catalog().entries().map(|(id, _)| id).collect();
        let same = keyrack.catalog().entries().map(|(_, entry)| entry.info.name.as_str());
        assert!(same.eq(registry.methods().iter().map(|method| method.name)), "the catalogue is not the registry's");
        Api { keyrack, registry, ids, guard, proxies, metrics, changes, peers }
    }

    /// What it answers.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Answers a request whose path is the API's.
    pub async fn answer(&self, request: Request) -> Response<Body> {
        let begun = Instant::now();
        let (parts, body) = request.into_parts();
        if parts.method == Verb::OPTIONS {
            return cors::preflight();
        }
        let mut trace = Trace::default();
        let mut outcome = self.dispatch(&parts, body, &mut trace).await;
        if let Err(ApiError::Domain(Error::Elsewhere { name, server, address })) = &outcome {
            match self.forward(&parts, &mut trace, server, address).await {
                // The server that answered has counted the call, and noted a refusal.
                Some(mut response) => {
                    trace.say(&mut response);
                    return response;
                }
                None => outcome = Err(Error::ServerAway(name.clone()).into()),
            }
        }
        let code = outcome.as_ref().err().map(ApiError::code);
        self.metrics.call(trace.index, code, begun.elapsed());
        let mut response = match outcome {
            Ok(answer) => {
                tracing::debug!("call");
                envelope(answer.into_bytes())
            }
            Err(error) => {
                self.note_refusal(&error, &trace);
                let mut response = if problem::asked_for(&parts.headers) {
                    let mut response = problem::response(&error, &[&trace.credential]);
                    everywhere(response.headers_mut());
                    response
                } else {
                    envelope(error.envelope(&[&trace.credential]).into())
                };
                if let ApiError::Domain(Error::Denied(Denied::Rate { wait, .. })) = &error {
                    response.headers_mut().insert(header::RETRY_AFTER, (*wait).into());
                }
                if trace.unread {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                response
            }
        };
        trace.say(&mut response);
        response
    }

    /// The way of every call, with and without a file.
    async fn dispatch(&self, parts: &Parts, body: Body, trace: &mut Trace) -> Result<Answer, ApiError> {
        let path = parts.uri.path();
        let index = self.registry.find(&path::without_version(path)).map_err(|no| no_such(no, path, &self.registry))?;
        let method = self.registry.methods()[index];
        trace.index = Some(index);
        log::set_method(MethodName::Api(method.name));
        // Any site may call with a credential that it has. Without one it would make its visitors guess passwords for it, and
        // have them held back for what it got wrong.
        if method.is_public() && method.effect == Effect::Change && self.guard.is_foreign(parts) {
            return Err(ApiError::ForeignPage(method.name));
        }
        trace.unread = parts.method == Verb::POST;
        let mut incoming = Incoming::of(method, parts, body)?;
        match self.start(parts, &mut incoming, (method, index), trace).await {
            Ok((names, answering)) => {
                trace.unread = false;
                self.run(method, &names, answering).await
            }
            Err(error) => {
                trace.unread = incoming.abandon().await;
                Err(error)
            }
        }
    }

    /// Receives the call: parameters, who calls and whether they may, the file, the parameters in their types.
    async fn start(
        &self,
        parts: &Parts,
        incoming: &mut Incoming,
        (method, index): (&'static Method, usize),
        trace: &mut Trace,
    ) -> Started {
        let mut pairs = incoming.parameters(parts).await?;
        let client = trace.client.insert(client(parts, &self.proxies)).clone();
        if method.is_public() {
            let in_url = came_in_url(parts);
            return method.start_public(PublicCall { keyrack: self.keyrack.clone(), client, in_url }, pairs);
        }
        let mut caller = self.caller(parts, &pairs, trace).await.map_err(|error| incoming.explain(error))?;
        // What another server forwards was counted there.
        let counts = parts.extensions.get::<Forwarded>().is_none();
        let mut permit = self.permit(parts, (method, index), &caller, counts, trace).await?;
        caller.count_call(self.ids[index]);
        if let Some(file) = incoming.file(&self.keyrack, &caller).await? {
            trace.file = Some(Arc::new(file));
            // Parameters may come behind the file too.
            pairs = incoming.parameters(parts).await?;
            // It may have taken hours to arrive, and meanwhile the right to send it may be gone.
            caller = self.keyrack.accounts.identify(&trace.credential, &client).await?;
            permit = self.permit(parts, (method, index), &caller, false, trace).await?;
        }
        if !method.params.is_empty() && self.keyrack.core.may_have_peers() {
            trace.pairs = Some(pairs.clone());
        }
        method.start(permit.call(self.keyrack.clone(), caller, client, trace.file.clone()), pairs)
    }

    /// Who calls.
    async fn caller(&self, parts: &Parts, pairs: &Pairs, trace: &mut Trace) -> Result<Arc<Caller>, ApiError> {
        let credential = presented(&parts.headers, pairs)?;
        trace.credential.push_str(&credential);
        let client = trace.client.get_or_insert_with(|| client(parts, &self.proxies));
        let caller =
            self.keyrack.accounts.identify(&credential, client).await.map_err(|error| explain(error, &credential))?;
        log::set_account(caller.account);
        trace.known = Some(caller.clone());
        Ok(caller)
    }

    /// Whether the caller may call the method, and what became known of it on the way.
    async fn permit(
        &self,
        parts: &Parts,
        (method, index): (&'static Method, usize),
        caller: &Arc<Caller>,
        counts: bool,
        trace: &mut Trace,
    ) -> Result<Permit, ApiError> {
        let minds_urls = caller.limits.as_deref().is_some_and(|limits| !limits.allow_in_url);
        let asked = Asked {
            method: Some(self.ids[index]),
            address: trace.client.as_ref().map(|client| client.address),
            in_url: minds_urls && came_in_url(parts),
            counts,
        };
        let decision = self.keyrack.core.decide(caller, asked).await;
        if counts {
            trace.quota = decision.quota;
        }
        let broken = decision.outcome.as_ref().err().map(|(rule, _)| *rule);
        // A credential that has ended is nobody's, and what does not come from a network of the token is no use of it.
        if broken != Some(Rule::Credential) {
            trace.caller = Some(caller.clone());
        }
        if let (Some(client), None | Some(Rule::Rate | Rule::Method | Rule::Reach)) = (&trace.client, broken) {
            caller.note_use(self.keyrack.world().now(), client);
        }
        Permit::of(decision, method.name)
    }

    /// Has another server answer; `None` when it does not. A forwarded call is not forwarded again.
    async fn forward(
        &self,
        parts: &Parts,
        trace: &mut Trace,
        server: &ServerId,
        address: &str,
    ) -> Option<Response<Body>> {
        if parts.extensions.get::<Forwarded>().is_some() {
            return None;
        }
        let (pairs, client) = (trace.pairs.take()?, trace.client.as_ref()?);
        let path = self.registry.methods()[trace.index?].path();
        let file = trace.file.as_deref();
        let call = ForwardedCall { path: &path, form: pairs.to_form(), file, credential: &trace.credential, client };
        match self.peers.forward_call(server, address, &parts.headers, call).await {
            Ok(response) => Some(response),
            Err(away) => {
                let cause = trace.caller.as_deref().map_or(LineCause::Stranger, LineCause::from);
                if self.keyrack.core.log_lines().may_write(cause) {
                    tracing::warn!(%server, %away, "a call could not be forwarded");
                }
                None
            }
        }
    }

    /// Runs the method. A change runs to its end even when the client goes away meanwhile. A refusal calls parameters by the
    /// names that the client used.
    pub(super) async fn run(
        &self,
        method: &'static Method,
        names: &Names,
        answering: Answering,
    ) -> Result<Answer, ApiError> {
        let outcome = match method.effect {
            Effect::Read => AssertUnwindSafe(answering).catch_unwind().await.ok(),
            Effect::Change => {
                let (_client, answering) = waiting::for_client(answering);
                self.changes.spawn(log::carry(answering)).await.ok()
            }
        };
        outcome
            .unwrap_or_else(|| Err(Error::internal(format_args!("{} panicked", method.name)).into()))
            .map_err(|error| error.named(method.params, names))
    }

    fn note_refusal(&self, error: &ApiError, trace: &Trace) {
        let code = error.code();
        match &trace.caller {
            Some(caller) if self.keyrack.core.log_lines().may_write((&**caller).into()) => {
                tracing::info!(code = code.number(), "call refused");
            }
            // Strangers, and callers who go on and on, could fill the disk.
            _ => tracing::debug!(code = code.number(), "call refused"),
        }
        if let ApiError::Slip(_) | ApiError::Domain(Error::NotAuthenticated(Credential::Unknown)) = error {
            self.metrics.unknown_credential();
        }
        // Not noted: what says nothing of the caller (3, 1, 99), and wrong passwords, which the domain notes itself.
        let telling = !matches!(
            code,
            Code::Parameter | Code::Unavailable | Code::Internal | Code::WrongPassword | Code::WrongSignIn
        );
        if let (Some(caller), Some(client), true) = (&trace.caller, &trace.client, telling) {
            self.keyrack.refused(caller, client, self.name(trace), code.number(), &error.audit_text());
        }
    }

    fn name(&self, trace: &Trace) -> &'static str {
        trace.index.map_or("unknown", |place| self.registry.methods()[place].name)
    }
}

/// Names the part of the path that leads nowhere, as far as it is fit to be repeated.
fn no_such(no: NoSuch, path: &str, registry: &Registry) -> ApiError {
    let parts = path::named(path);
    let hint = match registry.find(&parts.join("/")) {
        Ok(_) => ": write the path without dots and percent-encoding",
        Err(_) => "",
    };
    let mut parts = parts.into_iter();
    let mut next = || {
        let part = parts.next().unwrap_or_default();
        let fit = part.len() <= 64 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
        if fit { part } else { "?".to_owned() }
    };
    let (service, class, _, method) = (next(), next(), next(), next());
    match no {
        NoSuch::Service => ApiError::UnknownService(format!("{service}.{class}{hint}")),
        NoSuch::Method => ApiError::UnknownMethod(format!("{service}.{class}.{method}{hint}")),
    }
}

fn envelope(body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.reserve(7);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    everywhere(headers);
    response
}
