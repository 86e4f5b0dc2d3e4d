//! What the platform has and this server has not.

use schemars::JsonSchema;
use serde::Serialize;

/// A list that is always empty.
pub(super) type NoItems = [(); 0];

/// An object that is always empty.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[schemars(inline)]
pub struct NoFields {}
