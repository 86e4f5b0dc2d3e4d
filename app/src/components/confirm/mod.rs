//! The dialog "Confirm with password": proves the password, and the second factor where it is due, for one change.
//!
//! A page makes one [`Confirming`], draws its [`ConfirmPlace`], and asks with [`Confirming::ask`]. A dialog that has a
//! place of its own for the password uses [`ConfirmForm`] directly.

mod dialog;
mod factor;
mod form;
mod pending_action;
mod trying;

pub use self::{
    dialog::{ConfirmPlace, ConfirmationRequest, Confirming},
    factor::{Covered, FactorFields},
    form::ConfirmForm,
    pending_action::{Pending, PendingAction},
    trying::{Place, Trying},
};
