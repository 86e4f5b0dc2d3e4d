//! Uninstalling.

use super::super::installation::uninstall;
use crate::api::registry::Method;

pub const METHOD: Method = Method {
    name: "marketplace.jps.Uninstall",
    summary: "Carries out what an installed manifest does at its end, and forgets it; its environment stays.",
    ..uninstall::METHOD
};
