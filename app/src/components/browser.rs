//! What only a browser can do: the clipboard, downloads, the tab's storage, the focus. On the server these do nothing.

#[cfg(feature = "hydrate")]
mod real;
#[cfg(feature = "hydrate")]
pub use real::*;

#[cfg(not(feature = "hydrate"))]
mod nobody;
#[cfg(not(feature = "hydrate"))]
pub use nobody::*;
