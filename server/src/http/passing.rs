//! Between servers: a request for an environment that another server runs is passed on to it, and its answer is given
//! back as it comes.
//!
//! The receiving server has found out who asks and what they may; the one that answers does so once more, from the same
//! credential. All that it takes on trust is who the client is, and that a page's request passed the guard against other
//! sites. For that the request is signed with a key that the servers share through their database. What was passed on is
//! not passed on again.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::{any, post};
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use keyrack_domain::Keyrack;
use keyrack_domain::caller::Client;
use keyrack_domain::cluster::{Passed, ServerId};
use tower::ServiceExt;

use super::request_id;
use crate::api::body::{IN_TIME, LARGEST_PASSED_ON};
use crate::api::dispatch::Api;

/// The inner doors; what follows is the path at the outer one.
const CALLS: &str = "/internal/call";
const PAGES: &str = "/internal/page";

const FROM: HeaderName = HeaderName::from_static("x-keyrack-from");
const TO: HeaderName = HeaderName::from_static("x-keyrack-to");
const AT: HeaderName = HeaderName::from_static("x-keyrack-at");
const CLIENT: HeaderName = HeaderName::from_static("x-keyrack-client");
const AGENT: HeaderName = HeaderName::from_static("x-keyrack-agent");
const SIGNATURE: HeaderName = HeaderName::from_static("x-keyrack-signature");

/// What of the client's headers goes along.
const ALONG: [HeaderName; 5] =
    [header::ACCEPT, header::ACCEPT_LANGUAGE, header::CONTENT_TYPE, header::COOKIE, header::REFERER];

/// Another server on the same network takes a connection within this time, or is not there.
const CONNECTING: Duration = Duration::from_secs(2);
/// The longest calls wait for a command of two minutes in each node of a layer.
const LONGEST_ANSWER: Duration = Duration::from_secs(600);

/// The client of a request that another server passed on. Only an inner door puts it into a request.
#[derive(Clone, Debug)]
pub struct PassedOn(pub Client);

/// The other servers.
pub struct Peers {
    keyrack: Keyrack,
    http: HttpClient<HttpConnector, Body>,
}

/// An API call that is passed on.
pub struct PassedCall<'a> {
    /// `/1.0/…`
    pub path: &'a str,
    /// All parameters but the credential.
    pub form: String,
    pub credential: &'a str,
    pub client: &'a Client,
}

/// Why another server gave no answer; for the log.
#[derive(Debug, thiserror::Error)]
pub enum Away {
    #[error("{0}")]
    Http(#[from] hyper_util::client::legacy::Error),
    #[error("no answer within {} s", LONGEST_ANSWER.as_secs())]
    Slow,
    #[error("{0}")]
    Request(#[from] http::Error),
    #[error("the request could not be signed")]
    Unsigned,
}

impl Peers {
    /// Knows nobody yet; connections are made when they are needed.
    pub fn new(keyrack: Keyrack) -> Peers {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECTING));
        connector.set_nodelay(true);
        let http =
            HttpClient::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(20)).build(connector);
        Peers { keyrack, http }
    }

    /// Has another server answer an API call.
    ///
    /// # Errors
    /// [`Away`] when it does not.
    pub async fn pass_call(
        &self,
        to: &ServerId,
        address: &str,
        headers: &HeaderMap,
        call: PassedCall<'_>,
    ) -> Result<Response<Body>, Away> {
        let mut along = HeaderMap::new();
        if let Some(accept) = headers.get(header::ACCEPT) {
            along.insert(header::ACCEPT, accept.clone());
        }
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        along.insert(header::CONTENT_TYPE, kind);
        along.insert(header::AUTHORIZATION, format!("Bearer {}", call.credential).parse().map_err(http::Error::from)?);
        let door = format!("{CALLS}{}", call.path);
        self.pass(to, address, &door, along, call.form.into(), call.client).await
    }

    /// Has another server answer a page's request.
    ///
    /// # Errors
    /// [`Away`] when it does not.
    pub async fn pass_page(
        &self,
        to: &ServerId,
        address: &str,
        parts: &Parts,
        body: Bytes,
        client: &Client,
    ) -> Result<Response<Body>, Away> {
        let mut along = HeaderMap::new();
        for name in ALONG {
            for value in parts.headers.get_all(&name) {
                along.append(&name, value.clone());
            }
        }
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        self.pass(to, address, &format!("{PAGES}{path}"), along, body, client).await
    }

    async fn pass(
        &self,
        to: &ServerId,
        address: &str,
        door: &str,
        along: HeaderMap,
        body: Bytes,
        client: &Client,
    ) -> Result<Response<Body>, Away> {
        let at = self.keyrack.shared_now().await.map_err(|_| Away::Unsigned)?;
        let from = self.keyrack.server_id().ok_or(Away::Unsigned)?.as_str();
        let (address_of_client, credential) = (client.address.to_string(), credential(&along));
        // Headers hold visible ASCII only, and the signature is over what arrives.
        let agent: String = client.user_agent.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        let agent = agent.trim();
        let passed = Passed {
            from,
            to: to.as_str(),
            at,
            door,
            client: &address_of_client,
            agent,
            credential: &credential,
            body: &body,
        };
        let signature = self.keyrack.sign_passed(&passed).ok_or(Away::Unsigned)?;
        let uri: Uri = format!("{}{door}", address.trim_end_matches('/')).parse().map_err(http::Error::from)?;
        let mut request = Request::post(uri)
            .header(FROM, from)
            .header(TO, to.as_str())
            .header(AT, at)
            .header(CLIENT, &address_of_client)
            .header(AGENT, agent)
            .header(SIGNATURE, signature)
            .body(Body::from(body.clone()))?;
        request.headers_mut().extend(along);
        // The logs of both servers call it by one name.
        if let Some(id) = request_id::current().and_then(|id| HeaderValue::try_from(id.to_string()).ok()) {
            request.headers_mut().insert(request_id::HEADER, id);
        }
        let answer =
            tokio::time::timeout(LONGEST_ANSWER, self.http.request(request)).await.map_err(|_| Away::Slow)??;
        let mut answer = answer.map(Body::new);
        // What speaks of that connection says nothing of the client's.
        for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::DATE] {
            answer.headers_mut().remove(name);
        }
        Ok(answer)
    }
}

/// The inner doors.
pub fn router(keyrack: Keyrack, api: Arc<Api>, pages: Router) -> Router {
    let calls = keyrack.clone();
    let call = post(async move |request: Request| match admit(&calls, request, CALLS).await {
        Ok(request) => api.answer(request).await,
        Err(refused) => refused,
    });
    let page = any(async move |request: Request| match admit(&keyrack, request, PAGES).await {
        Ok(request) => pages.oneshot(request).await.into_response(),
        Err(refused) => refused,
    });
    Router::new().route(&format!("{CALLS}/{{*path}}"), call).route(&format!("{PAGES}/{{*path}}"), page)
}

/// Lets in what another server signed, as the request that it received; nobody else learns that there is a door.
async fn admit(keyrack: &Keyrack, request: Request, door: &str) -> Result<Request, Response<Body>> {
    let nothing = || StatusCode::NOT_FOUND.into_response();
    if !keyrack.may_have_others() {
        return Err(nothing());
    }
    let (mut parts, body) = request.into_parts();
    let text = |name: &HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (Ok(at), Ok(address)) = (text(&AT).parse(), text(&CLIENT).parse::<IpAddr>()) else { return Err(nothing()) };
    // Strangers know no server's identity; nothing that they send is kept or waited for.
    if keyrack.server_id().is_none_or(|me| me.as_str() != text(&TO)) {
        return Err(nothing());
    }
    let body = tokio::time::timeout(IN_TIME, axum::body::to_bytes(body, LARGEST_PASSED_ON)).await;
    let body = body.ok().and_then(Result::ok).ok_or_else(nothing)?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let credential = credential(&parts.headers);
    let passed = Passed {
        from: text(&FROM),
        to: text(&TO),
        at,
        door: path,
        client: text(&CLIENT),
        agent: text(&AGENT),
        credential: &credential,
        body: &body,
    };
    match keyrack.was_passed(&passed, text(&SIGNATURE)).await {
        Ok(true) => {}
        Ok(false) => return Err(nothing()),
        Err(_) => return Err(StatusCode::SERVICE_UNAVAILABLE.into_response()),
    }
    let client = Client { address, user_agent: text(&AGENT).to_owned() };
    parts.uri = path[door.len()..].parse().map_err(|_| nothing())?;
    // Begun anew: what was found out about the path of the inner door does not hold for the outer one.
    parts.extensions = http::Extensions::new();
    parts.extensions.insert(PassedOn(client));
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// What the client proves itself with, at either door.
fn credential(headers: &HeaderMap) -> Vec<u8> {
    let mut all = Vec::new();
    for value in headers.get_all(header::AUTHORIZATION).iter().chain(headers.get_all(header::COOKIE)) {
        all.extend_from_slice(value.as_bytes());
        all.push(b'\n');
    }
    all
}
