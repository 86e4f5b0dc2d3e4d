//! What steps and manifests are refused with in more than one place.

use keyrack_wire::Refusal;

use super::steps::invalid;
use keyrack_core::error::Error;
use keyrack_core::field::{self, Field};

/// What fails at a place of the manifest.
pub(super) fn at(place: &str) -> impl Fn(Error) -> Error + use<> {
    let place = place.to_owned();
    move |cause| Error::step(place.clone(), cause)
}

/// What the engine refuses of a manifest's nodes before there are any.
pub(super) fn in_nodes(error: Error) -> Error {
    match error {
        Error::Invalid { field: Field::Environment(field::Environment::Image { index }), message } => {
            invalid(&format!("nodes: nodes[{index}].docker.image"), message)
        }
        other => other,
    }
}

/// What cannot be read of the platform's JSON, which a manifest holds too.
pub(super) fn unread(field: field::App) -> impl Fn(Refusal) -> Error {
    move |refusal| match refusal {
        Refusal::Bad { problem, .. } => Error::invalid(field, problem),
        other => Error::invalid(field, other.to_string()),
    }
}

pub(super) fn no_environment(at: &str) -> Error {
    invalid(at, "it needs an environment: say which with envName, or make one with nodes")
}

pub(super) fn no_nodes(at: &str) -> Error {
    invalid(at, "it has to be told the nodes: nodeId, nodeGroup or nodeType, or [cp] behind the action's name")
}
