//! The state of the page, see "Pages" in `docs/architecture.md`.

use keyrack_types::{
    members::{MemberList, MemberView},
    tokens::TokenView,
};
use leptos::prelude::*;

use crate::components::{
    dialogs::Dialogs,
    save_once::OneTimeSecret,
    toast::{ToastKind, show},
};

/// The table's heading; takes the keyboard when the button that had it is gone.
pub(super) const TITLE: &str = "members-title";

/// A dialog of the page.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Dialog {
    Invite,
    Remove { member: MemberView, tokens: Vec<TokenView> },
    Save(OneTimeSecret),
}

/// The state of the page. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub list: RwSignal<MemberList>,
    pub dialogs: Dialogs<Dialog>,
}

impl Page {
    /// The page as the server rendered it. `viewer`: e-mail address of who is signed in.
    pub fn new(list: MemberList, viewer: String) -> Page {
        Page { list: RwSignal::new(list), dialogs: Dialogs::new(viewer, TITLE) }
    }

    /// Applies a change, and opens the dialog of its one-time secret.
    pub fn changed(self, list: MemberList, message: impl Into<String>, one_time_secret: Option<OneTimeSecret>) {
        self.list.set(list);
        match one_time_secret {
            Some(one_time_secret) => self.dialogs.open(Dialog::Save(one_time_secret)),
            None => self.dialogs.done(),
        }
        show(ToastKind::Success, message);
    }
}
