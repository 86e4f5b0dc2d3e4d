//! What is around the pages: top bar, settings navigation, and the door that only signed-in people pass.

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

/// The part of the dashboard that a page belongs to; the navigation marks it.
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
    /// None: pages about pages (not found, an error).
    Other,
}

/// `aria-current` of a navigation link.
fn current(is: bool) -> Option<&'static str> {
    is.then_some("page")
}
