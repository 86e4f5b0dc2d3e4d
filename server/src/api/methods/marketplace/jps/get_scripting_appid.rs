//! The account as installer.

use super::super::installation::get_scripting_appid;
use crate::api::registry::Method;

pub const METHOD: Method = Method { name: "marketplace.jps.GetScriptingAppid", ..get_scripting_appid::METHOD };
