//! The frame of a page.

use keyrack_domain::types::accounts::Profile;
use leptos::prelude::*;

use super::{Section, settings_nav::SettingsNav, top_bar::TopBar};
use crate::components::toast::Toasts;

/// Top bar, navigation and the place for toasts around a page. `profile`: who is signed in, if anybody.
#[component]
pub fn Chrome(section: Section, profile: Option<Profile>, children: Children) -> impl IntoView {
    let settings = section.is_settings();
    view! {
        <TopBar section profile />
        <div class="frame" class:settings=settings>
            {settings.then(|| view! { <SettingsNav section /> })}
            <main id="main" tabindex="-1">
                {children()}
            </main>
        </div>
        <Toasts />
    }
}
