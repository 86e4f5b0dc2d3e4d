//! The door to pages for signed-in people.

use http::request::Parts;
use keyrack_domain::types::refusal::Refusal;
use leptos::prelude::*;
use leptos_meta::Title;

use super::{Chrome, Section, Viewer, redirect};
use crate::{cookie::CookieRule, pages::error::ErrorPage, paths, request_context};

/// Shows its page to signed-in people and sends all others to sign in and back, before anything is rendered. Gives the page
/// the [`keyrack_types::accounts::Profile`] as context.
#[component]
pub fn Member(title: &'static str, section: Section, children: Children) -> impl IntoView {
    Suspend::new(async move {
        let viewer = match request_context::signed_in() {
            Ok((keyrack, caller)) => Viewer::of(&keyrack, &caller).await.map_err(crate::refusal::of),
            Err(refusal) => Err(refusal),
        };
        match viewer {
            Ok(viewer) => {
                provide_context(viewer.profile.clone());
                view! {
                    <Title text=title />
                    <Chrome section viewer=Some(viewer)>
                        {children()}
                    </Chrome>
                }
                .into_any()
            }
            Err(Refusal::SignedOut) => {
                to_sign_in();
                ().into_any()
            }
            Err(refusal) => view! { <ErrorPage message=refusal.message() /> }.into_any(),
        }
    })
}

/// To the sign-in page, which says that the session is over when there was one.
fn to_sign_in() {
    let Some(parts) = use_context::<Parts>() else { return };
    let next = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let ended = use_context::<CookieRule>().is_some_and(|rule| rule.read(&parts.headers).is_some());
    redirect(&paths::signin(next, ended));
}
