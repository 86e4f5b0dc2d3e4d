//! Settings → Account.

mod name_form;

#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use self::page::{AccountOutcome, AccountPage};
