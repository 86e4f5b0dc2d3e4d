//! The state of the page, see "Pages" in `docs/architecture.md`.

use keyrack_types::second_factor::{AuthenticatorSetup, ConfirmNeeds, Security, SecurityChange};
use leptos::prelude::*;

use crate::components::{
    dialogs::Dialogs,
    toast::{ToastKind, show},
};

/// The heading of the second factors; takes the keyboard when the button that had it is gone.
pub(super) const TITLE: &str = "factors-title";

/// A dialog of the page.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Dialog {
    /// The password was right for the first of two steps; the second needs it again.
    SetUp {
        setup: AuthenticatorSetup,
        password: String,
    },
    AddPasskey,
    Codes(Vec<String>),
}

/// The state of the page. Cheap to copy; all copies are one.
#[derive(Clone, Copy)]
pub(super) struct Page {
    pub security: RwSignal<Security>,
    /// What the next change has to be confirmed with: as in `security`, and newer where a form learned more.
    pub needs: RwSignal<ConfirmNeeds>,
    pub dialogs: Dialogs<Dialog>,
}

impl Page {
    /// The page as the server rendered it. `viewer`: e-mail address of who is signed in.
    pub fn new(security: Security, viewer: String) -> Page {
        Page {
            needs: RwSignal::new(security.needs),
            security: RwSignal::new(security),
            dialogs: Dialogs::new(viewer, TITLE),
        }
    }

    /// Whether there is a second factor.
    pub fn has_factor(self) -> bool {
        self.security.read().factors.any()
    }

    /// Applies a change; new recovery codes are shown at once.
    pub fn changed(self, change: SecurityChange, message: &'static str) {
        self.needs.set(change.security.needs);
        self.security.set(change.security);
        if change.codes.is_empty() {
            self.dialogs.done();
        } else {
            self.dialogs.open(Dialog::Codes(change.codes));
        }
        show(ToastKind::Success, message);
    }
}
