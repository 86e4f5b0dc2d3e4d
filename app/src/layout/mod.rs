//! What stands around the pages: top bar, settings navigation, and the door that only signed-in people pass.

mod accounts;
mod chrome;
mod door;
mod member;
mod response;
mod settings_nav;
mod top_bar;
mod viewer;

pub use self::{
    chrome::Chrome,
    door::Door,
    member::Member,
    response::{redirect, status},
    viewer::Viewer,
};

/// Where in the dashboard a page stands; marks the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Environments,
    Account,
    Tokens,
    Security,
    Members,
    Audit,
    Notices,
    Docs,
    /// Nowhere: pages about pages (not found, an error).
    Other,
}

impl Section {
    /// Whether the page is one of the settings.
    pub const fn is_settings(self) -> bool {
        matches!(self, Section::Account | Section::Tokens | Section::Security | Section::Members | Section::Audit)
    }
}

/// `aria-current` of a navigation link.
fn current(is: bool) -> Option<&'static str> {
    is.then_some("page")
}
