//! Signing in, by password or by an Extended Access token.

use axum::extract::{Form, Request, State};
use axum::response::Response;
use axum::{Extension, RequestExt};
use http::header;
use keyrack_app::pages::signin::SigninOutcome;
use keyrack_app::paths::{safe_next, second};
use keyrack_app::request_context::RequestContext;
use keyrack_domain::accounts::{SessionKind, SignIn as Opened};
use keyrack_domain::{Credential, Error};
use serde::Deserialize;

use super::go_to;
use crate::browser::{Browser, pages};

/// As the form sends it; no `Debug`, for it holds secrets.
#[derive(Default, Deserialize)]
#[serde(default)]
struct SignIn {
    email: String,
    password: String,
    token: String,
    next: String,
}

/// `POST /signin`: a new session and on to the page that was wanted, the second step, or the form again, saying what was wrong.
pub async fn sign_in(
    State(browser): State<Browser>,
    Extension(request_context): Extension<RequestContext>,
    request: Request,
) -> Response {
    let again = pages::Again::of(&request);
    let Ok(Form(form)) = request.extract::<Form<SignIn>, _>().await else {
        return go_to("/signin");
    };
    let by_token = !form.token.is_empty();
    let opened = if by_token {
        browser
            .keyrack
            .accounts
            .sign_in_with_token(&form.token, &request_context.client, SessionKind::Browser)
            .await
            .map(Opened::Done)
    } else {
        browser
            .keyrack
            .accounts
            .sign_in(&form.email, &form.password, &request_context.client, SessionKind::Browser)
            .await
    };
    match opened {
        Ok(Opened::Half(challenge)) => {
            let mut response = go_to(&second(&form.next));
            response.headers_mut().append(header::SET_COOKIE, browser.cookie.set_half(challenge.secret.as_str()));
            response
        }
        Ok(Opened::Done(opened)) => {
            // The former session of this browser would stay open and unused.
            if let Some(former) = &request_context.caller {
                let _ = browser.keyrack.accounts.sign_out(former, &request_context.client).await;
            }
            let mut response = go_to(safe_next(&form.next));
            response.headers_mut().append(header::SET_COOKIE, browser.cookie.set(opened.session.as_str()));
            response
        }
        Err(error) => {
            let wrong = matches!(error, Error::WrongSignIn { .. } | Error::NotAuthenticated(_) | Error::Forbidden(_));
            let outcome =
                SigninOutcome { email: form.email, message: message(error), wrong, by_token, next: form.next };
            again.show(&browser, "/signin", outcome).await
        }
    }
}

fn message(error: Error) -> String {
    match error {
        Error::WrongSignIn { wait: 0 } => "Wrong email or password.".into(),
        Error::WrongSignIn { wait } => format!("Wrong email or password. The next try is possible in {wait} s."),
        Error::NotAuthenticated(Credential::Expired) => "This token has expired.".into(),
        Error::NotAuthenticated(reason @ (Credential::Replaced(_) | Credential::Published | Credential::Frozen)) => {
            format!("This token is not accepted: {reason}.")
        }
        Error::NotAuthenticated(_) => "This token is not valid.".into(),
        other => keyrack_app::refusal::of(other).message(),
    }
}
