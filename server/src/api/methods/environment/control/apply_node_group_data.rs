//! What clients keep with a layer, as clients of older days call it.

use super::super::nodegroup::apply_data;
use crate::api::registry::Method;

pub const METHOD: Method = Method { name: "environment.control.ApplyNodeGroupData", ..apply_data::METHOD };
