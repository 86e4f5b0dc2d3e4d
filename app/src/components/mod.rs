//! Parts that several pages use.

pub mod account_switch;
pub mod browser;
pub mod busy;
pub mod calendar;
pub mod confirm;
pub mod dialog;
pub mod drawn;
pub mod icon;
pub mod leave;
#[cfg(feature = "ssr")]
pub mod mark;
#[cfg(feature = "people")]
pub mod new_password;
pub mod passkey;
pub mod question;
pub mod save_once;
pub mod selection;
pub mod toast;
#[cfg(feature = "ssr")]
pub mod told;
pub mod tree;
