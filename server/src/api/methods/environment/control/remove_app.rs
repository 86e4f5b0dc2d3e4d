//! Taking away what is deployed, as clients of older days call it.

use super::super::deployment::undeploy;
use crate::api::registry::Method;

pub const METHOD: Method = Method { name: "environment.control.RemoveApp", ..undeploy::METHOD };
