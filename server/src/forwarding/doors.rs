//! The internal routes: requests that another server signed come in here, as that server received them.

use std::net::IpAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::any;
use http::Response;
use keyrack_domain::Keyrack;
use keyrack_domain::bounds::http::{ARRIVAL, FORWARDED_BODY};
use keyrack_domain::caller::Client;
use tower::ServiceExt;

use super::file::ForwardedFile;
use super::signature::{self, nothing};
use super::{CALLS, PAGES, UPLOADS, uploads};
use crate::http::client::Forwarded;

/// The internal routes; what comes in by them is answered by the API and by the pages.
pub fn router(keyrack: Keyrack, calls: Router, pages: Router) -> Router {
    let (for_calls, for_files) = (keyrack.clone(), keyrack.clone());
    let call = any(async move |request: Request| match admit(&for_calls, request, CALLS).await {
        Ok(request) => calls.oneshot(request).await.into_response(),
        Err(refused) => refused,
    });
    let page = any(async move |request: Request| match admit(&keyrack, request, PAGES).await {
        Ok(request) => pages.oneshot(request).await.into_response(),
        Err(refused) => refused,
    });
    let upload = any(async move |request: Request| uploads::answer(&for_files, request).await);
    Router::new()
        .route(&format!("{CALLS}/{{*path}}"), call)
        .route(&format!("{PAGES}/{{*path}}"), page)
        .route(&format!("{UPLOADS}/{{*path}}"), upload)
}

/// Accepts requests that another server signed; for all others the route does not exist.
async fn admit(keyrack: &Keyrack, request: Request, door: &str) -> Result<Request, Response<Body>> {
    let (mut parts, body) = request.into_parts();
    // Strangers know no server's identity; nothing that they send is kept or waited for.
    if !keyrack.core.may_have_peers() || !signature::is_for(keyrack, &parts.headers) {
        return Err(nothing());
    }
    let Ok(address) = signature::text(&parts.headers, &signature::CLIENT).parse::<IpAddr>() else {
        return Err(nothing());
    };
    let file = ForwardedFile::announced(&parts.headers).map_err(|()| nothing())?;
    let reading = async {
        match &file {
            None => Ok((axum::body::to_bytes(body, FORWARDED_BODY).await.map_err(|_| ())?, None)),
            Some(file) => file.split(body, FORWARDED_BODY).await.map(|(form, rest)| (form, Some(rest))),
        }
    };
    let read = tokio::time::timeout(ARRIVAL, reading).await.unwrap_or(Err(()));
    let (body, rest) = read.map_err(|()| nothing())?;
    signature::check(keyrack, &parts, &body).await?;
    let client = Client { address, user_agent: signature::text(&parts.headers, &signature::AGENT).to_owned() };
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path[door.len()..].parse().map_err(|_| nothing())?;
    // Routed anew: what was matched for the internal path does not hold for the public one.
    parts.extensions = http::Extensions::new();
    parts.extensions.insert(Forwarded(client));
    let body = match (file, rest) {
        (Some(file), Some(rest)) => {
            parts.extensions.insert(file.with(body));
            rest
        }
        _ => Body::from(body),
    };
    Ok(Request::from_parts(parts, body))
}
