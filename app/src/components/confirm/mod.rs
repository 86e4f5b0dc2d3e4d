//! The dialog "Confirm with password": proves the password, and the second factor where it is due, for one change.
//!
//! A page brings what will happen, in words, and what to do ([`ConfirmationRequest`]); [`Confirming::ask`] opens the dialog,
//! which [`ConfirmOutlet`] draws. Pages do this through their [`Dialogs`](super::dialogs::Dialogs).

mod attempt;
mod confirming;
mod dialog;
mod factor;
mod pending_action;
mod request;

pub use self::{
    attempt::{Attempt, ErrorPlace},
    confirming::Confirming,
    dialog::ConfirmOutlet,
    factor::{Covered, FactorFields},
    pending_action::{Pending, PendingAction},
    request::ConfirmationRequest,
};
