//! Files of uploads: fetched from the server that has them, and served to other servers.

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse;
use futures::TryStreamExt;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use keyrack_domain::Keyrack;
use keyrack_domain::cluster::{PeerFiles, Pieces, Placement, SignedRequest};
use keyrack_domain::core::Core;
use keyrack_domain::ids::AccountId;
use tokio_util::io::{ReaderStream, StreamReader};

use super::signature::{self, nothing};
use super::{Network, UPLOADS};

/// How much is read from the disk at once.
const PIECE: usize = 64 << 10;

#[async_trait]
impl PeerFiles for Network {
    async fn upload(
        &self,
        core: &Core,
        placement: &Placement,
        account: AccountId,
        key: &str,
    ) -> Result<Option<Pieces>, String> {
        // The account is signed with the key: the other server has to find it so too.
        let door = format!("{UPLOADS}/{account}/{key}");
        let signed = SignedRequest { door: &door, client: "", agent: "", credential: b"", file: "", body: b"" };
        let signature = core.sign_request(&placement.server, &signed).await.map_err(|error| error.to_string())?;
        let sent = self.send(&placement.address, &door, &signature, HeaderMap::new(), Body::empty()).await;
        let answer = sent.map_err(|away| away.to_string())?;
        match answer.status() {
            StatusCode::OK => {
                let pieces = answer.into_body().into_data_stream().map_err(std::io::Error::other);
                Ok(Some(Box::pin(StreamReader::new(pieces))))
            }
            StatusCode::GONE => Ok(None),
            other => Err(format!("it answers {other}")),
        }
    }
}

/// Serves a file to another server on the same database; for all others the route does not exist.
pub async fn answer(keyrack: &Keyrack, request: Request) -> Response<Body> {
    if !keyrack.core.may_have_peers() {
        return nothing();
    }
    let (parts, _) = request.into_parts();
    if let Err(refused) = signature::check(keyrack, &parts, b"").await {
        return refused;
    }
    let Some((account, key)) = asked(parts.uri.path()) else { return nothing() };
    let gone = || StatusCode::GONE.into_response();
    let path = match keyrack.uploads.file_for(account, key).await {
        Ok(Some(path)) => path,
        Ok(None) => return gone(),
        Err(_) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    let Ok(file) = tokio::fs::File::open(path).await else { return gone() };
    let Ok(facts) = file.metadata().await else { return gone() };
    let mut response = Response::new(Body::from_stream(ReaderStream::with_capacity(file, PIECE)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(facts.len()));
    response
}

fn asked(path: &str) -> Option<(AccountId, &str)> {
    let (account, key) = path.strip_prefix(UPLOADS)?.strip_prefix('/')?.split_once('/')?;
    Some((AccountId(account.parse().ok()?), key))
}
