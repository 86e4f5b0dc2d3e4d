//! Parts that several pages use.

pub mod account_switch;
pub mod browser;
pub mod busy;
pub mod calendar;
pub mod client_only;
pub mod confirm;
pub mod dialog;
pub mod dialogs;
#[cfg(feature = "ssr")]
pub mod flash_alert;
pub mod form_dialog;
pub mod icon;
pub mod leave;
#[cfg(feature = "ssr")]
pub mod mark;
#[cfg(feature = "ssr")]
pub mod needs_scripts;
#[cfg(feature = "people")]
pub mod new_password;
#[cfg(feature = "people")]
pub mod noted_field;
pub mod passkey;
pub mod question;
pub mod redrawn;
pub mod save_once;
pub mod selection;
#[cfg(any(feature = "people", feature = "ssr"))]
pub mod table;
pub mod toast;
pub mod tree;
