//! Another context, as clients of older days call it.

use super::super::deployment::rename_context;
use crate::api::registry::Method;

pub const METHOD: Method = Method { name: "environment.control.RenameApp", ..rename_context::METHOD };
