//! The pages of the settings.

use keyrack_types::accounts::Role;
use leptos::prelude::*;

use super::{Section, current};
use crate::components::icon::{Glyph, Icon};

const PAGES: &[(Section, &str, Glyph, &str)] = &[
    (Section::Account, "/settings/account", Glyph::User, "Account"),
    (Section::Tokens, "/settings/tokens", Glyph::KeyRound, "Access Tokens"),
    (Section::Security, "/settings/security", Glyph::ShieldCheck, "Security"),
    (Section::Members, "/settings/members", Glyph::Users, "Members"),
    (Section::Audit, "/settings/audit", Glyph::History, "Audit"),
];

impl Section {
    /// Whether the page is one of the settings.
    pub(super) fn is_settings(self) -> bool {
        PAGES.iter().any(|(section, ..)| *section == self)
    }
}

/// Navigation among the settings that this role may see.
#[component]
pub(super) fn SettingsNav(section: Section, role: Option<Role>) -> impl IntoView {
    let shown = |page: Section| page != Section::Audit || role.is_some_and(|role| role >= Role::Manager);
    view! {
        <nav class="settings-nav" aria-label="Settings">
            <ul role="list">
                {PAGES
                    .iter()
                    .copied()
                    .filter(|(page, ..)| shown(*page))
                    .map(|(page, path, glyph, name)| {
                        view! {
                            <li>
                                <a href=path aria-current=current(section == page)>
                                    <Icon glyph />
                                    {name}
                                </a>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </nav>
    }
}
