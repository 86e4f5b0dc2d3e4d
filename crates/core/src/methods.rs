//! Which API methods there are, and sets of them.
//!
//! The methods themselves are declared where they are answered (the server's registry); at start it hands their names
//! and rights to this catalogue. Tokens keep methods by name; in memory a set is a row of bits.

mod bits;
mod catalog;

pub use bits::{MethodBits, MethodId};
pub use catalog::{ActsOn, Catalog, CatalogEntry, TokenAccess, UnknownMethod};
