//! The way of a call: parameters, method, credential, permission, handler, envelope.
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
use http::{HeaderMap, HeaderValue, Method as Verb, Response, header};
use keyrack_domain::bounds::http::{BODY, FORWARDED_BODY};
use keyrack_domain::caller::{Caller, Client};
use keyrack_domain::cluster::ServerId;
use keyrack_domain::log_lines::LineCause;
use keyrack_domain::methods::MethodId;
use keyrack_domain::uploads::Received;
use keyrack_domain::waiting;
use keyrack_domain::{Credential, Error, Keyrack};
use tokio_util::task::TaskTracker;

use super::answer::Answer;
use super::body::{self, Sent};
use super::call::{Permit, PublicCall};
use super::cors;
use super::credential::{explain, presented};
use super::error::{ApiError, Code};
use super::file_form::{self, FileForm};
use super::path;
use super::problem;
use super::registry::{Answering, Effect, Method, NoSuch, Registry};
use crate::http::client::TrustedProxies;
use crate::http::forwarding::{Forwarded, ForwardedCall, ForwardedFile, Peers, throw_away};
use crate::http::guard::Guard;
use crate::http::headers::NO_CONTENT_POLICY;
use crate::http::metrics::Metrics;
use crate::http::request_id;
use keyrack_wire::{Names, Pairs};

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
    place: Option<usize>,
    caller: Option<Arc<Caller>>,
    client: Option<Client>,
    /// As it came; it must not come back in any text.
    credential: String,
    /// What was asked for, where it may have to be passed on to another server.
    asked: Option<Pairs>,
    /// What came with it.
    file: Option<Arc<Received>>,
    /// Whether some of the body was left unread, so that the connection cannot carry another request.
    unread: bool,
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
            match self.pass_on(&parts, &mut trace, server, address).await {
                // The server that answered has counted the call, and noted a refusal.
                Some(response) => return response,
                None => outcome = Err(Error::ServerAway(name.clone()).into()),
            }
        }
        let code = outcome.as_ref().err().map(ApiError::code);
        self.metrics.call(trace.place, code, begun.elapsed());
        match outcome {
            Ok(answer) => {
                tracing::debug!(method = self.name(&trace), "call");
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
                if trace.unread {
                    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                response
            }
        }
    }

    async fn dispatch(&self, parts: &Parts, body: Body, trace: &mut Trace) -> Result<Answer, ApiError> {
        let path = parts.uri.path();
        let place = self.registry.find(&path::without_version(path)).map_err(|no| no_such(no, path, &self.registry))?;
        trace.place = Some(place);
        let method = self.registry.methods()[place];
        // Any site may call with a credential that it has. Without one it would make its visitors guess passwords for it, and
        // have them held back for what it got wrong.
        if method.is_public() && method.effect == Effect::Change && self.guard.is_foreign(parts) {
            return Err(ApiError::ForeignPage(method.name));
        }
        if method.takes_file() && parts.method == Verb::POST {
            if let Some(file) = parts.extensions.get::<ForwardedFile>() {
                return self.with_passed_file(parts, file, body, (method, place), trace).await;
            }
            if file_form::is_one(&parts.headers) {
                return self.with_file(parts, body, (method, place), trace).await;
            }
        }
        let sent = match parts.method {
            Verb::GET if method.post_only => return Err(ApiError::PostOnly(method.name)),
            // What a GET says of its body, or has in it, is not looked at.
            Verb::GET => Sent::nothing(),
            Verb::POST => {
                let passed_on = parts.extensions.get::<Forwarded>().is_some();
                let largest = if passed_on { FORWARDED_BODY } else { BODY };
                trace.unread = true;
                let sent = body::sent(&parts.headers, body, largest).await?;
                trace.unread = false;
                sent
            }
            _ => return Err(ApiError::Verb),
        };
        let pairs = Pairs::read(parts.uri.query().unwrap_or_default().as_bytes(), &sent)?;
        let client = trace.client.insert(self.proxies.client(parts)).clone();
        let (names, answering) = if method.is_public() {
            let call = PublicCall { keyrack: self.keyrack.clone(), client };
            method.begin_public(call, pairs)?
        } else {
            let (caller, permit) = self.permit(parts, &pairs, method, place, trace).await?;
            method.begin(permit.call(self.keyrack.clone(), caller, client, None), pairs)?
        };
        self.run(method, &names, answering).await
    }

    /// Has another server answer; `None` when it does not. What was passed on once is not passed on again.
    async fn pass_on(
        &self,
        parts: &Parts,
        trace: &mut Trace,
        server: &ServerId,
        address: &str,
    ) -> Option<Response<Body>> {
        if parts.extensions.get::<Forwarded>().is_some() {
            return None;
        }
        let (asked, client) = (trace.asked.take()?, trace.client.as_ref()?);
        let path = self.registry.methods()[trace.place?].path();
        let file = trace.file.as_deref();
        let call = ForwardedCall { path: &path, form: asked.to_form(), file, credential: &trace.credential, client };
        match self.peers.pass_call(server, address, &parts.headers, call).await {
            Ok(response) => Some(response),
            Err(away) => {
                let cause = trace.caller.as_deref().map_or(LineCause::Stranger, LineCause::from);
                if self.keyrack.core.log_lines().may_write(cause) {
                    tracing::warn!(%server, %away, "a call could not be passed on");
                }
                None
            }
        }
    }

    /// Who calls, and that they may call this method.
    async fn permit(
        &self,
        parts: &Parts,
        pairs: &Pairs,
        method: &'static Method,
        place: usize,
        trace: &mut Trace,
    ) -> Result<(Arc<Caller>, Permit), ApiError> {
        let credential = presented(&parts.headers, pairs)?;
        trace.credential.push_str(&credential);
        let caller =
            self.keyrack.accounts.authenticate(&credential).await.map_err(|error| explain(error, &credential))?;
        if let Some(client) = &trace.client {
            caller.note_use(self.keyrack.world().now(), client);
        }
        trace.caller = Some(caller.clone());
        let permit = Permit::check(caller.may_call(self.ids[place]), &caller, method.name)?;
        caller.count_call(self.ids[place]);
        if !method.params.is_empty() && self.keyrack.core.may_have_peers() {
            trace.asked = Some(pairs.clone());
        }
        Ok((caller, permit))
    }

    /// As [`Api::dispatch`], for a form that brings a file: nothing of the file is taken before the caller is known.
    async fn with_file(
        &self,
        parts: &Parts,
        body: Body,
        (method, place): (&'static Method, usize),
        trace: &mut Trace,
    ) -> Result<Answer, ApiError> {
        let client = trace.client.insert(self.proxies.client(parts)).clone();
        trace.unread = true;
        let mut form = FileForm::open(&parts.headers, body)?;
        let taken = async {
            form.read_fields().await?;
            let query = parts.uri.query().unwrap_or_default().as_bytes();
            let pairs = Pairs::read(query, &Sent::Multipart(form.fields().to_vec()))?;
            let permitted = self.permit(parts, &pairs, method, place, trace).await;
            let (caller, permit) = permitted.map_err(|error| form.explain(error))?;
            let file = form.receive(&self.keyrack, &caller).await?;
            form.read_fields().await?;
            let pairs = Pairs::read(query, &Sent::Multipart(form.fields().to_vec()))?;
            // Parameters may stand behind the file too.
            if let Some(asked) = &mut trace.asked {
                asked.clone_from(&pairs);
            }
            trace.file = file.map(Arc::new);
            let (caller, permit) = match &trace.file {
                // It may have taken hours to arrive, and meanwhile the right to send it may be gone.
                Some(_) => {
                    let caller = self.keyrack.accounts.authenticate(&trace.credential).await?;
                    let permit = Permit::check(caller.may_call(self.ids[place]), &caller, method.name)?;
                    (caller, permit)
                }
                None => (caller, permit),
            };
            method.begin(permit.call(self.keyrack.clone(), caller, client, trace.file.clone()), pairs)
        };
        match taken.await {
            Ok((names, answering)) => {
                trace.unread = false;
                self.run(method, &names, answering).await
            }
            Err(error) => Err(error),
        }
    }

    /// As [`Api::with_file`], for a call that another server passes on.
    async fn with_passed_file(
        &self,
        parts: &Parts,
        file: &ForwardedFile,
        body: Body,
        (method, place): (&'static Method, usize),
        trace: &mut Trace,
    ) -> Result<Answer, ApiError> {
        let client = trace.client.insert(self.proxies.client(parts)).clone();
        let mut pieces = body.into_data_stream();
        let taken = async {
            let pairs =
                Pairs::read(parts.uri.query().unwrap_or_default().as_bytes(), &Sent::Form(file.form().clone()))?;
            let (caller, permit) = self.permit(parts, &pairs, method, place, trace).await?;
            let file = file.receive(&self.keyrack, &caller, &mut pieces).await?;
            method.begin(permit.call(self.keyrack.clone(), caller, client, Some(Arc::new(file))), pairs)
        };
        match taken.await {
            Ok((names, answering)) => self.run(method, &names, answering).await,
            Err(error) => {
                throw_away(pieces).await;
                Err(error)
            }
        }
    }

    /// Runs the handler. A change runs to its end even when the client goes away meanwhile. A refusal speaks of
    /// parameters by the names that the client used.
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
                self.changes.spawn(request_id::carry(answering)).await.ok()
            }
        };
        outcome
            .unwrap_or_else(|| Err(Error::internal(format_args!("{} panicked", method.name)).into()))
            .map_err(|error| error.named(method.params, names))
    }

    fn note_refusal(&self, error: &ApiError, trace: &Trace) {
        let code = error.code();
        let method = self.name(trace);
        match &trace.caller {
            Some(caller) if self.keyrack.core.log_lines().may_write((&**caller).into()) => {
                tracing::info!(method, code = code.number(), "call refused");
            }
            // Strangers, and callers who go on and on, could fill the disk.
            _ => tracing::debug!(method, code = code.number(), "call refused"),
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
            self.keyrack.refused(caller, client, method, code.number(), &error.audit_text());
        }
    }

    fn name(&self, trace: &Trace) -> &'static str {
        trace.place.map_or("unknown", |place| self.registry.methods()[place].name)
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

/// What every answer says.
pub(super) fn everywhere(headers: &mut HeaderMap) {
    cors::readable(headers);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, NO_CONTENT_POLICY);
}
