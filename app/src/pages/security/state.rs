//! The state of the page.

use keyrack_types::second_factor::{AuthenticatorSetup, ConfirmNeeds, Security, SecurityChange};
use leptos::prelude::*;

use crate::components::{
    browser,
    confirm::Confirming,
    toast::{ToastKind, show},
};

/// The heading of the second factors; takes the keyboard when the button that had it is gone.
pub(super) const TITLE: &str = "factors-title";

/// Which dialog is open, besides the one that confirms.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Open {
    /// The password was right for the first of two steps; the second needs it again.
    SetUp {
        setup: AuthenticatorSetup,
        password: String,
    },
    AddPasskey,
    Codes(Vec<String>),
}

#[derive(Clone, Copy)]
pub(super) struct Page {
    pub security: RwSignal<Security>,
    /// What the next change is asked for; of `security`, and newer where a form learned more.
    pub needs: RwSignal<ConfirmNeeds>,
    pub confirming: Confirming,
    pub open: RwSignal<Option<Open>>,
}

impl Page {
    /// Whether there is a second factor.
    pub fn any(self) -> bool {
        self.security.read().factors.any()
    }

    /// Takes up a change; new recovery codes are shown at once.
    pub fn changed(self, change: SecurityChange, told: &'static str) {
        self.confirming.done();
        self.needs.set(change.security.needs);
        self.security.set(change.security);
        if change.codes.is_empty() {
            self.close();
        } else {
            self.open.set(Some(Open::Codes(change.codes)));
        }
        show(ToastKind::Success, told);
    }

    /// Closes the dialog. The browser gives the keyboard back to what opened it, if that is still there.
    pub fn close(self) {
        self.open.set(None);
        browser::rescue_focus(TITLE);
    }
}
