//! Settings → Security: password, second factor, sessions.

mod factors;
mod island;
mod password;
mod sessions;
mod state;

#[cfg(feature = "ssr")]
mod page;

#[cfg(feature = "ssr")]
pub use self::page::SecurityPage;
