//! The bar at the top of every page.

use leptos::prelude::*;

use super::{Section, Viewer, accounts::Accounts, current};
use crate::components::{
    icon::{Glyph, Icon},
    mark::Mark,
};

/// Mark, navigation, and on the right the settings and who is signed in.
#[component]
pub(super) fn TopBar(section: Section, viewer: Option<Viewer>) -> impl IntoView {
    let signed_in = viewer.is_some();
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
                {signed_in
                    .then(|| {
                        view! {
                            <a href="/settings/tokens" aria-current=current(section == Section::Tokens)>
                                "Access Tokens"
                            </a>
                        }
                    })}
                <a href="/docs/api" aria-current=current(section == Section::Docs)>
                    "API docs"
                </a>
            </nav>
            <div class="top-actions">
                {match viewer {
                    Some(viewer) => view! { <SignedIn section viewer /> }.into_any(),
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
fn SignedIn(section: Section, viewer: Viewer) -> impl IntoView {
    let settings = current(section.is_settings());
    let Viewer { profile, accounts, unread } = viewer;
    let title = format!("{}, account {}", profile.email, profile.account);
    view! {
        <Accounts accounts />
        <span class="who" title=title>
            <span class="visually-hidden">"Signed in as "</span>
            {if profile.name.is_empty() { profile.email } else { profile.name }}
        </span>
        <Bell section unread />
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

/// Link to the notices, with the number of unread ones.
#[component]
fn Bell(section: Section, unread: i64) -> impl IntoView {
    let label = if unread > 0 { format!("Notices, {unread} unread") } else { "Notices".to_owned() };
    view! {
        <a
            class="button quiet bell"
            href="/notices"
            aria-label=label.clone()
            title=label
            aria-current=current(section == Section::Notices)
        >
            <Icon glyph=Glyph::Bell />
            {(unread > 0)
                .then(|| {
                    let shown = if unread > 99 { "99+".to_owned() } else { unread.to_string() };
                    view! { <b class="unread figures">{shown}</b> }
                })}
        </a>
    }
}
