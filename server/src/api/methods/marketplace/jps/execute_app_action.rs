//! An action.

use super::super::installation::execute_action;
use crate::api::registry::Method;

pub const METHOD: Method = Method {
    name: "marketplace.jps.ExecuteAppAction",
    summary: "Carries out an action of an installed manifest; answers at its end.",
    ..execute_action::METHOD
};
