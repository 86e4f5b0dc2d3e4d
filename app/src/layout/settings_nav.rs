//! The pages of the settings.

use leptos::prelude::*;

use super::{Section, current};
use crate::components::icon::{Glyph, Icon};

/// Navigation among the settings.
#[component]
pub(super) fn SettingsNav(section: Section) -> impl IntoView {
    view! {
        <nav class="settings-nav" aria-label="Settings">
            <ul role="list">
                <li>
                    <a href="/settings/account" aria-current=current(section == Section::Account)>
                        <Icon glyph=Glyph::User />
                        "Account"
                    </a>
                </li>
                <li>
                    <a href="/settings/tokens" aria-current=current(section == Section::Tokens)>
                        <Icon glyph=Glyph::KeyRound />
                        "Access Tokens"
                    </a>
                </li>
            </ul>
        </nav>
    }
}
