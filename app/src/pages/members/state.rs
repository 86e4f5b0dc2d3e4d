//! The state of the page.

use keyrack_types::{
    members::{MemberList, MemberView},
    tokens::TokenView,
};
use leptos::prelude::*;

use crate::components::{
    browser,
    confirm::Confirming,
    save_once::Keepsake,
    toast::{ToastKind, show},
};

/// The table's heading; takes the keyboard when the button that had it is gone.
pub(super) const TITLE: &str = "members-title";

/// Which dialog is open, besides the one that confirms.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Open {
    Invite,
    Remove { member: MemberView, tokens: Vec<TokenView> },
    Save(Keepsake),
}

#[derive(Clone, Copy)]
pub(super) struct Page {
    pub list: RwSignal<MemberList>,
    pub confirming: Confirming,
    pub open: RwSignal<Option<Open>>,
}

impl Page {
    /// Takes up a change, and shows what is told only once.
    pub fn changed(self, list: MemberList, told: impl Into<String>, keepsake: Option<Keepsake>) {
        self.confirming.done();
        self.list.set(list);
        match keepsake {
            Some(keepsake) => self.open.set(Some(Open::Save(keepsake))),
            None => self.close(),
        }
        show(ToastKind::Success, told);
    }

    /// Closes the dialog. The browser gives the keyboard back to what opened it, if that is still there.
    pub fn close(self) {
        self.open.set(None);
        browser::rescue_focus(TITLE);
    }
}
