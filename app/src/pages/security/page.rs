use keyrack_domain::types::{
    accounts::{Profile, SessionView},
    refusal::Refusal,
    second_factor::Security,
};
use leptos::prelude::*;

use super::{island::SecurityIsland, sessions::Sessions};
use crate::{
    components::{
        icon::{Glyph, Icon},
        needs_scripts::NeedsScripts,
    },
    pages::error::Message,
    request_context, step_up,
};

/// `/settings/security`
#[component]
pub fn SecurityPage() -> impl IntoView {
    let Profile { email, by_token, .. } = expect_context::<Profile>();
    view! {
        <div class="page-head">
            <h1>"Security"</h1>
        </div>
        {by_token
            .then(|| {
                view! {
                    <div class="alert warning">
                        <Icon glyph=Glyph::KeyRound />
                        <p>
                            "Signed in with an Extended Access token: password and second factor cannot be managed here. \
                             Sign in with your password to do that."
                        </p>
                    </div>
                }
            })}
        {Suspend::new(async move {
            match load().await {
                Ok((security, sessions)) => {
                    view! {
                        {(!by_token)
                            .then(|| {
                                view! {
                                    <NeedsScripts text="Without JavaScript, password and sessions can be managed here; second factors cannot." />
                                }
                            })}
                        {(!by_token).then(|| view! { <SecurityIsland security viewer=email /> })}
                        <Sessions initial=sessions />
                    }
                        .into_any()
                }
                Err(refusal) => view! { <Message text=refusal.message() /> }.into_any(),
            }
        })}
    }
}

async fn load() -> Result<(Security, Vec<SessionView>), Refusal> {
    let (keyrack, caller) = request_context::signed_in()?;
    let security = step_up::security(&keyrack, &caller).await.map_err(crate::refusal::of)?;
    let sessions = keyrack.accounts.sessions(&caller).await.map_err(crate::refusal::of)?;
    Ok((security, sessions))
}
