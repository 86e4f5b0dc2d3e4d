//! Forwarding between servers: a request for an environment that another server runs is forwarded to it, and its response is
//! returned as it comes; a file that another server has is fetched from it.
//!
//! The receiving server has found out who asks and what they may; the one that answers does so once more, from the same
//! credential. All that it takes on trust is who the client is, and that a page's request passed the guard against other
//! sites. For that the request is signed with a key that the servers share through their database. A forwarded request
//! is not forwarded again.

mod doors;
mod file;
mod signature;
mod uploads;

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::header::{self, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Response, Uri};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use keyrack_domain::Keyrack;
use keyrack_domain::caller::Client;
use keyrack_domain::cluster::{ServerId, Signature, SignedRequest};
use keyrack_domain::uploads::Received;

pub use doors::router;
pub use file::{ForwardedFile, NotReceived, throw_away};

use crate::http::request_id;
use crate::log::context;

/// The internal routes; what follows is the public path, or says which file.
const CALLS: &str = "/internal/call";
const PAGES: &str = "/internal/page";
const UPLOADS: &str = "/internal/upload";

/// The client's headers that are forwarded.
const ALONG: [HeaderName; 5] =
    [header::ACCEPT, header::ACCEPT_LANGUAGE, header::CONTENT_TYPE, header::COOKIE, header::REFERER];

/// Another server on the same network takes a connection within this time, or is not there.
const CONNECTING: Duration = Duration::from_secs(2);
/// The longest calls wait for a command of two minutes in each node of a layer.
const LONGEST_ANSWER: Duration = Duration::from_secs(600);

/// Requests to other servers. Cheap to clone; all clones use the same connections.
#[derive(Clone, Debug)]
pub struct Network(HttpClient<HttpConnector, Body>);

/// The other servers.
pub struct Peers {
    keyrack: Keyrack,
    network: Network,
}

/// An API call that is forwarded.
pub struct ForwardedCall<'a> {
    /// `/1.0/…`
    pub path: &'a str,
    /// All parameters but the credential.
    pub form: String,
    /// What came with it.
    pub file: Option<&'a Received>,
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
    #[error("the file cannot be read: {0}")]
    File(#[from] std::io::Error),
    #[error("the request could not be signed")]
    Unsigned,
}

/// A request to another server's internal route.
struct Outgoing<'a> {
    door: &'a str,
    along: HeaderMap,
    body: Bytes,
    file: Option<&'a Received>,
    client: &'a Client,
}

impl Network {
    fn new() -> Network {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECTING));
        connector.set_nodelay(true);
        let idle = Duration::from_secs(20);
        Network(HttpClient::builder(TokioExecutor::new()).pool_idle_timeout(idle).build(connector))
    }

    /// Sends a signed request.
    async fn send(
        &self,
        address: &str,
        door: &str,
        signature: &Signature,
        along: HeaderMap,
        body: Body,
    ) -> Result<Response<Body>, Away> {
        let uri: Uri = format!("{}{door}", address.trim_end_matches('/')).parse().map_err(http::Error::from)?;
        let mut request = Request::post(uri).body(body)?;
        signature::write(signature, request.headers_mut())?;
        request.headers_mut().extend(along);
        // The logs of both servers have it under one id.
        if let Some(id) = context::request_id().and_then(|id| HeaderValue::try_from(id.to_string()).ok()) {
            request.headers_mut().insert(request_id::HEADER, id);
        }
        let answer = tokio::time::timeout(LONGEST_ANSWER, self.0.request(request)).await.map_err(|_| Away::Slow)??;
        Ok(answer.map(Body::new))
    }
}

impl Peers {
    /// Connections are made when they are needed.
    pub fn new(keyrack: Keyrack) -> Peers {
        Peers { keyrack, network: Network::new() }
    }

    /// The client of their internal routes, for the domain.
    pub fn network(&self) -> Network {
        self.network.clone()
    }

    /// Has another server answer an API call.
    ///
    /// # Errors
    /// [`Away`] when it does not.
    pub async fn forward_call(
        &self,
        to: &ServerId,
        address: &str,
        headers: &HeaderMap,
        call: ForwardedCall<'_>,
    ) -> Result<Response<Body>, Away> {
        let mut along = HeaderMap::new();
        if let Some(accept) = headers.get(header::ACCEPT) {
            along.insert(header::ACCEPT, accept.clone());
        }
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        along.insert(header::CONTENT_TYPE, kind);
        along.insert(header::AUTHORIZATION, format!("Bearer {}", call.credential).parse().map_err(http::Error::from)?);
        let door = format!("{CALLS}{}", call.path);
        let outgoing = Outgoing { door: &door, along, body: call.form.into(), file: call.file, client: call.client };
        self.forward(to, address, outgoing).await
    }

    /// Has another server answer a page's request.
    ///
    /// # Errors
    /// [`Away`] when it does not.
    pub async fn forward_page(
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
        let outgoing = Outgoing { door: &format!("{PAGES}{path}"), along, body, file: None, client };
        self.forward(to, address, outgoing).await
    }

    async fn forward(&self, to: &ServerId, address: &str, outgoing: Outgoing<'_>) -> Result<Response<Body>, Away> {
        let Outgoing { door, mut along, body, file, client } = outgoing;
        let (address_of_client, credential) = (client.address.to_string(), signature::credential(&along));
        // Headers hold visible ASCII only, and the signature is over what arrives.
        let agent: String = client.user_agent.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        let described = file.map(file::describe).unwrap_or_default();
        let signed = SignedRequest {
            door,
            client: &address_of_client,
            agent: agent.trim(),
            credential: &credential,
            file: &described,
            body: &body,
        };
        let signature = self.keyrack.core.sign_request(to, &signed).await.map_err(|_| Away::Unsigned)?;
        signature::write_signed(&signed, &mut along)?;
        let body = match file {
            Some(file) => file::behind(body, file, &mut along).await?,
            None => Body::from(body),
        };
        let mut answer = self.network.send(address, door, &signature, along, body).await?;
        // What speaks of that connection says nothing of the client's.
        for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::DATE] {
            answer.headers_mut().remove(name);
        }
        Ok(answer)
    }
}
