//! The second step of signing in.

mod passkey;

#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use self::page::SecondPage;
