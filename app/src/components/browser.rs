//! What only a browser can do: the clipboard, downloads, the tab's storage, the focus. On the server these do nothing.

#[cfg(feature = "hydrate")]
mod dom;
#[cfg(feature = "hydrate")]
pub use dom::*;

#[cfg(not(feature = "hydrate"))]
mod stub;
#[cfg(not(feature = "hydrate"))]
pub use stub::*;
