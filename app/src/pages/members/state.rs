//! The state of the page.

use keyrack_types::{
    members::{MemberList, MemberView},
    tokens::TokenView,
};
use leptos::prelude::*;

use crate::components::{
    browser,
    confirm::Confirming,
    save_once::OneTimeSecret,
    toast::{ToastKind, show},
};

/// The table's heading; takes the keyboard when the button that had it is gone.
pub(super) const TITLE: &str = "members-title";

/// Which dialog is open, besides the one that confirms.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Open {
    Invite,
    Remove { member: MemberView, tokens: Vec<TokenView> },
    Save(OneTimeSecret),
}

#[derive(Clone, Copy)]
pub(super) struct Page {
    pub list: RwSignal<MemberList>,
    pub confirming: Confirming,
    pub open: RwSignal<Option<Open>>,
}

impl Page {
    /// Applies a change, and opens the dialog of its one-time secret.
    pub fn changed(self, list: MemberList, told: impl Into<String>, one_time_secret: Option<OneTimeSecret>) {
        self.confirming.done();
        self.list.set(list);
        match one_time_secret {
            Some(one_time_secret) => self.open.set(Some(Open::Save(one_time_secret))),
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
