//! The bar at the top of every page.

use keyrack_domain::types::accounts::Profile;
use leptos::prelude::*;

use super::{Section, current};
use crate::components::{
    icon::{Glyph, Icon},
    mark::Mark,
};

/// Mark, navigation, and on the right the settings and who is signed in.
#[component]
pub(super) fn TopBar(section: Section, profile: Option<Profile>) -> impl IntoView {
    view! {
        <header class="top-bar">
            <a class="brand" href="/" aria-label="Keyrack">
                <Mark />
                <span>"Keyrack"</span>
            </a>
            <nav class="top-nav" aria-label="Main">
                <a href="/" aria-current=current(section == Section::Environments)>
                    "Environments"
                </a>
                <a href="/docs/api" aria-current=current(section == Section::Docs)>
                    "API docs"
                </a>
            </nav>
            <div class="top-actions">
                {match profile {
                    Some(profile) => view! { <SignedIn section profile /> }.into_any(),
                    None => {
                        view! {
                            <a class="button quiet" href="/signin">
                                "Sign in"
                            </a>
                        }
                            .into_any()
                    }
                }}
            </div>
        </header>
    }
}

#[component]
fn SignedIn(section: Section, profile: Profile) -> impl IntoView {
    let settings = current(section.is_settings());
    let title = format!("{}, account {}", profile.email, profile.account);
    view! {
        <span class="who" title=title>
            <span class="visually-hidden">"Signed in as "</span>
            {if profile.name.is_empty() { profile.email } else { profile.name }}
        </span>
        <form method="post" action="/signout">
            <button type="submit" class="button quiet sign-out" aria-label="Sign out">
                <Icon glyph=Glyph::LogOut />
                <span>"Sign out"</span>
            </button>
        </form>
        <a class="button quiet to-settings" href="/settings" aria-current=settings aria-label="Settings">
            <Icon glyph=Glyph::Settings />
            <span>"Settings"</span>
        </a>
    }
}
