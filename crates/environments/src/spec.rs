//! What nodes and environments are created with, as far as it is not for clients to say.

use super::model::NodeFacts;
use keyrack_core::error::{Error, Result};
use keyrack_types::bounds::nodes::{NODES, VOLUMES};
use keyrack_types::topology::{NodesSpec, count};

/// What a node of these is created with besides its columns.
pub(super) fn facts(nodes: &NodesSpec, listens: bool) -> NodeFacts {
    NodeFacts {
        command: nodes.command.clone(),
        entry_point: nodes.entry_point.clone(),
        variables: nodes.variables.clone(),
        display_name: nodes.display_name.clone(),
        volumes: nodes.volumes.clone(),
        listens,
        copy_of: None,
        digest: None,
        former: None,
    }
}

/// Whether an environment can have these nodes, as far as their number says.
///
/// # Errors
/// [`Error::Limit`].
pub fn check_limits(nodes: &[NodesSpec]) -> Result<()> {
    let count = count(nodes);
    if count > NODES {
        return Err(Error::Limit(format!("an environment can have {NODES} nodes; these are {count}").into()));
    }
    if nodes.iter().any(|nodes| nodes.volumes.len() > VOLUMES) {
        return Err(Error::Limit(format!("a node can have {VOLUMES} volumes").into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use keyrack_engine::ImageRef;

    #[test]
    fn an_environment_has_so_many_nodes_in_all() {
        let nodes = |count: u32| NodesSpec { count, ..NodesSpec::of(ImageRef::parse("keyrack/web").unwrap(), "cp") };
        assert!(check_limits(&[nodes(NODES - 1), nodes(1)]).is_ok());
        for crowd in [[nodes(40), nodes(40)], [nodes(u32::MAX), nodes(1)]] {
            assert!(matches!(check_limits(&crowd), Err(Error::Limit(_))));
        }
        let volumes = (0..=VOLUMES).map(|number| format!("/{number}")).collect();
        assert!(matches!(check_limits(&[NodesSpec { volumes, ..nodes(1) }]), Err(Error::Limit(_))));
    }
}
