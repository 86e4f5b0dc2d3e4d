//! The frame of a page.

use leptos::prelude::*;

use super::{Section, Viewer, settings_nav::SettingsNav, top_bar::TopBar};
use crate::components::{flash_alert::FlashAlert, toast::Toasts};

/// Top bar, navigation and the place for toasts around a page. `viewer`: who is signed in, if anybody.
#[component]
pub fn Chrome(section: Section, viewer: Option<Viewer>, children: Children) -> impl IntoView {
    let settings = section.is_settings();
    let role = viewer.as_ref().map(|viewer| viewer.profile.role);
    view! {
        <TopBar section viewer />
        <div class="frame" class:settings=settings>
            {settings.then(|| view! { <SettingsNav section role /> })}
            <main id="main" tabindex="-1">
                <FlashAlert />
                {children()}
            </main>
        </div>
        <Toasts />
    }
}
