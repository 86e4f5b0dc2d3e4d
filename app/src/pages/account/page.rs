use keyrack_types::{accounts::Profile, dates::readable_day};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::name_form::NameForm;
use crate::components::icon::{Glyph, Icon};

/// What became of a form of this page that was sent without WASM, when it was refused. The handlers of the POST routes
/// put it into the context and show the page again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOutcome {
    /// The name as typed.
    pub name: String,
    /// Why it was not taken.
    pub message: String,
}

/// `/settings/account`: who one is here.
#[component]
pub fn AccountPage() -> impl IntoView {
    let profile = expect_context::<Profile>();
    let by_token = profile.by_token;
    view! {
        <div class="page-head">
            <h1>"Account"</h1>
        </div>
        {saved()}
        {by_token
            .then(|| {
                view! {
                    <div class="alert warning">
                        <Icon glyph=Glyph::KeyRound />
                        <p>
                            "Signed in with an Extended Access token: password, second factor and tokens cannot be managed here."
                        </p>
                    </div>
                }
            })}
        <ProfilePanel profile />
    }
}

#[component]
fn ProfilePanel(profile: Profile) -> impl IntoView {
    let (name, refused) = match use_context::<AccountOutcome>() {
        Some(outcome) => (outcome.name, outcome.message),
        None => (profile.name, String::new()),
    };
    view! {
        <section class="panel block" aria-labelledby="profile-title">
            <h2 id="profile-title">"Profile"</h2>
            <NameForm name refused />
            <dl class="facts">
                <div>
                    <dt>"Email"</dt>
                    <dd>{profile.email}</dd>
                </div>
                <div>
                    <dt>"Account"</dt>
                    <dd>{profile.account}</dd>
                </div>
                <div>
                    <dt>"Role"</dt>
                    <dd>{profile.role.name()}</dd>
                </div>
                <div>
                    <dt>"Member since"</dt>
                    <dd>{readable_day(profile.since.date_naive())}</dd>
                </div>
            </dl>
        </section>
    }
}

/// After a form that was sent without WASM. The words are chosen here, not taken from the address.
fn saved() -> Option<impl IntoView> {
    let text = match use_query_map().read_untracked().get("done")?.as_str() {
        "name" => "Your name is saved.",
        _ => return None,
    };
    Some(view! {
        <div class="alert success" role="status">
            <Icon glyph=Glyph::CircleCheck />
            <p>{text}</p>
        </div>
    })
}
