//! Settings → Security: password, second factor, sessions.

mod factors;
mod password;
mod sessions;

#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use self::page::SecurityPage;
