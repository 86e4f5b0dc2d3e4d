use keyrack_domain::types::{accounts::Profile, environments::Overview, refusal::Refusal};
use leptos::prelude::*;

use super::island::EnvironmentsIsland;
use crate::{
    components::icon::{Glyph, Icon},
    pages::error::Message,
    refusal, request_context,
};

/// `/`: what runs, and the means to start and stop it.
#[component]
pub fn EnvironmentsPage() -> impl IntoView {
    let account = expect_context::<Profile>().account;
    view! {
        <div class="page-head">
            <h1>"Environments"</h1>
            <p class="muted">{account}</p>
        </div>
        {Suspend::new(async move {
            match load().await {
                Ok((overview, without_token)) => {
                    view! {
                        {without_token.then(first_token)}
                        <EnvironmentsIsland overview origin=request_context::origin() />
                    }
                        .into_any()
                }
                Err(refusal) => view! { <Message text=refusal.message() /> }.into_any(),
            }
        })}
    }
}

/// The list, and whether its viewer may have tokens and has none.
async fn load() -> Result<(Overview, bool), Refusal> {
    let (keyrack, caller) = request_context::signed_in()?;
    let overview = keyrack.environments.overview(&caller).await.map_err(refusal::of)?;
    let tokens = keyrack.tokens.list(&caller).await.map_err(refusal::of)?;
    Ok((overview, tokens.may_manage && tokens.tokens.is_empty()))
}

/// The way to the first token, as long as there is none.
fn first_token() -> impl IntoView {
    view! {
        <section class="first-token panel" aria-labelledby="first-token-title">
            <Icon glyph=Glyph::KeyRound />
            <div>
                <h2 id="first-token-title">"Do this from a script"</h2>
                <p class="muted">
                    "An access token lets a script, a CI job or an IDE plug-in do exactly what you tick, without your password."
                </p>
            </div>
            <a class="button" href="/settings/tokens">
                "Make an access token"
            </a>
        </section>
    }
}
