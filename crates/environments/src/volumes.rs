//! Volumes: folders of a node that a redeployment asks about.

use super::changes::NodeChoice;
use super::files::{FileLocation, node_path, present_path};
use super::inside::may;
use super::model::Node;
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{CLOUDLET_MEMORY, FileKind, NodePath, Volume};
use keyrack_types::bounds::nodes::{CLOUDLETS, VOLUMES};
use keyrack_types::ids::NodeId;

impl Environments {
    /// Makes folders volumes of the chosen nodes; those that are not there are made.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`], [`Error::Invalid`] for a path that is no folder, [`Error::Limit`].
    pub async fn add_volumes(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        paths: &[String],
    ) -> Result<Vec<NodeId>> {
        may(caller)?;
        let paths = volume_paths(paths, node_path)?;
        let nodes = self.configured_nodes(caller, name, choice).await?;
        for node in &nodes {
            let choice = NodeChoice::Ids(vec![node.id.0]);
            let location = FileLocation { environment: name.to_owned(), choice, masters_only: false };
            for path in &paths {
                match self.create_file(caller, client, &location, path, true).await {
                    Ok(_) => {}
                    Err(Error::Exists(_)) => self.must_be_folder(caller, &location, path).await?,
                    Err(error) => return Err(error),
                }
            }
        }
        let details = [("paths", paths.clone().into())];
        self.change_nodes(caller, client, name, choice, "volume.add", &details, |node| {
            let volumes = &mut node.facts.volumes;
            volumes.extend(paths.clone());
            volumes.sort();
            volumes.dedup();
            if volumes.len() > VOLUMES {
                return Err(Error::Limit(format!("a node can have {VOLUMES} volumes").into()));
            }
            Ok(())
        })
        .await?;
        Ok(nodes.into_iter().map(|node| node.id).collect())
    }

    /// The first of the chosen nodes, with the volumes that its engine keeps for it; none while the engine does not answer.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`].
    pub async fn kept_volumes(
        &self,
        caller: &Caller,
        name: &str,
        choice: &NodeChoice,
    ) -> Result<Option<(Node, Vec<Volume>)>> {
        let nodes = self.configured_nodes(caller, name, choice).await?;
        let Some(node) = nodes.into_iter().next() else { return Ok(None) };
        let volumes = self.manager()?.engine.volumes(node.id).await;
        let volumes = volumes.unwrap_or_else(|error| {
            tracing::debug!(%error, node = %node.id, "volumes cannot be listed");
            Vec::new()
        });
        Ok(Some((node, volumes)))
    }

    /// Makes volumes of the chosen nodes ordinary folders again; what is in them stays.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a path that is no volume of any of them.
    pub async fn remove_volumes(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        paths: &[String],
    ) -> Result<Vec<NodeId>> {
        let paths = volume_paths(paths, present_path)?;
        let nodes = self.configured_nodes(caller, name, choice).await?;
        if let Some(path) = paths.iter().find(|path| !nodes.iter().any(|node| node.facts.volumes.contains(path))) {
            return Err(Error::NotFound(format!("“{path}” is no volume").into()));
        }
        let details = [("paths", paths.clone().into())];
        self.change_nodes(caller, client, name, choice, "volume.remove", &details, |node| {
            node.facts.volumes.retain(|volume| !paths.contains(volume));
            Ok(())
        })
        .await?;
        Ok(nodes.into_iter().map(|node| node.id).collect())
    }

    /// Sets how many cloudlets the chosen nodes have for certain and at most. It holds from the next start on, and for
    /// running processes at once where the system lets it be (a server with `CAP_SYS_RESOURCE`).
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`], [`Error::Invalid`].
    pub async fn set_cloudlets(
        &self,
        caller: &Caller,
        client: &Client,
        name: &str,
        choice: &NodeChoice,
        (fixed, flexible): (i64, i64),
    ) -> Result<()> {
        let number = |field: field::Environment, count: i64| match u32::try_from(count) {
            Ok(number) if number <= CLOUDLETS => Ok(number),
            _ => Err(Error::invalid(field, format!("it has to be a number from 0 to {CLOUDLETS}"))),
        };
        let (fixed, flexible) = (
            number(field::Environment::FixedCloudlets, fixed)?,
            number(field::Environment::FlexibleCloudlets, flexible)?,
        );
        let flexible = flexible.max(fixed).max(1);
        let details = [("fixed", fixed.into()), ("flexible", flexible.into())];
        let mut changed = Vec::new();
        self.change_nodes(caller, client, name, choice, "node.set-cloudlets", &details, |node| {
            (node.fixed_cloudlets, node.flexible_cloudlets) = (fixed, flexible);
            changed.push(node.id);
            Ok(())
        })
        .await?;
        for node in changed {
            self.manager()?.engine.limit(node, u64::from(flexible) * CLOUDLET_MEMORY).await;
        }
        Ok(())
    }

    async fn must_be_folder(&self, caller: &Caller, location: &FileLocation, path: &str) -> Result<()> {
        let parent = node_path(field::Environment::Path, path)?.parent().to_string();
        let entries = self.list_files(caller, location, &parent).await?;
        if entries.iter().any(|entry| entry.path.to_string() == path && entry.kind == FileKind::Folder) {
            return Ok(());
        }
        Err(Error::invalid(field::Environment::Path, format!("“{path}” is not a folder")))
    }
}

fn volume_paths(paths: &[String], path: fn(field::Environment, &str) -> Result<NodePath>) -> Result<Vec<String>> {
    let read = |written: &String| match path(field::Environment::Path, written)? {
        root if root.is_root() => {
            Err(Error::invalid(field::Environment::Path, "the node's folder itself cannot be a volume"))
        }
        path => Ok(path.to_string()),
    };
    paths.iter().map(read).collect()
}
