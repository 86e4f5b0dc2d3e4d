//! Which engine runs a node: it follows from the node's image.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use keyrack_types::ids::NodeId;

use crate::docker::ContainerEngine;
use crate::{
    Engine, EngineError, Executed, Execution, Fetch, Fetched, FileDone, FileWork, ImageFacts, ImageRef, LogFile,
    LogPart, NodeRun, NodeSpec, NodeStats, Started, Template,
};

/// What images of Keyrack's own begin with; they are processes of this machine, also where nobody offers them.
const OURS: &str = "keyrack/";

/// Processes of this machine, and containers where there are hosts for them.
pub struct Engines {
    local: Arc<dyn Engine>,
    containers: Option<Arc<ContainerEngine>>,
}

impl Engines {
    pub fn new(local: Arc<dyn Engine>, containers: Option<Arc<ContainerEngine>>) -> Engines {
        Engines { local, containers }
    }

    /// Images of Keyrack's own and the operator's recipes are local, everything else is a container.
    async fn of_image(&self, image: &ImageRef) -> &dyn Engine {
        let Some(containers) = &self.containers else { return &*self.local };
        if image.name.starts_with(OURS) || self.local.templates().await.iter().any(|own| own.name == image.name) {
            return &*self.local;
        }
        &**containers
    }

    /// Where a node was when anything was last done with it.
    fn of_node(&self, node: NodeId) -> &dyn Engine {
        match &self.containers {
            Some(containers) if containers.knows(node) => &**containers,
            _ => &*self.local,
        }
    }
}

#[async_trait]
impl Engine for Engines {
    async fn templates(&self) -> Vec<Template> {
        let mut templates = self.local.templates().await;
        if let Some(containers) = &self.containers {
            templates.extend(containers.templates().await);
        }
        templates
    }

    async fn check(
        &self,
        image: &ImageRef,
        command: Option<&str>,
        variables: &BTreeMap<String, String>,
    ) -> Result<ImageFacts, EngineError> {
        self.of_image(image).await.check(image, command, variables).await
    }

    async fn free_ports(&self, kept: HashSet<u16>, count: usize) -> Result<Vec<u16>, EngineError> {
        self.local.free_ports(kept, count).await
    }

    async fn can_listen(&self, spec: &NodeSpec) -> bool {
        self.of_image(&spec.image).await.can_listen(spec).await
    }

    async fn until_answers(&self, spec: &NodeSpec) {
        self.of_image(&spec.image).await.until_answers(spec).await;
    }

    async fn reconcile(&self, nodes: &BTreeMap<NodeId, bool>) {
        self.local.reconcile(nodes).await;
        if let Some(containers) = &self.containers {
            containers.reconcile(nodes).await;
        }
    }

    fn away(&self, spec: &NodeSpec) -> Option<String> {
        self.containers.as_ref().filter(|containers| containers.knows(spec.id)).and_then(|one| one.away(spec))
    }

    async fn fetch(&self, spec: &NodeSpec, fetch: Fetch<'_>) -> Result<Fetched, EngineError> {
        self.of_image(&spec.image).await.fetch(spec, fetch).await
    }

    async fn start(&self, spec: &NodeSpec) -> Result<Started, EngineError> {
        let local = std::ptr::addr_eq(self.of_image(&spec.image).await, &*self.local);
        if let Some(containers) = &self.containers {
            // A node whose image changed sides leaves nothing that runs on the other one.
            if local && containers.knows(spec.id) {
                containers.remove(spec.id).await?;
            } else if !local && !containers.knows(spec.id) {
                self.local.stop(spec.id, Duration::ZERO).await?;
            }
        }
        self.of_image(&spec.image).await.start(spec).await
    }

    async fn stop(&self, node: NodeId, grace: Duration) -> Result<(), EngineError> {
        self.of_node(node).stop(node, grace).await
    }

    async fn status(&self, node: NodeId) -> NodeRun {
        self.of_node(node).status(node).await
    }

    async fn remove(&self, node: NodeId) -> Result<(), EngineError> {
        if let Some(containers) = &self.containers {
            containers.remove(node).await?;
        }
        self.local.remove(node).await
    }

    async fn copy_files(&self, from: NodeId, to: &NodeSpec) -> Result<(), EngineError> {
        self.of_image(&to.image).await.copy_files(from, to).await
    }

    async fn empty_volumes(&self, spec: &NodeSpec) -> Result<(), EngineError> {
        self.of_image(&spec.image).await.empty_volumes(spec).await
    }

    async fn execute(&self, spec: &NodeSpec, execution: &Execution) -> Result<Executed, EngineError> {
        self.of_image(&spec.image).await.execute(spec, execution).await
    }

    async fn work_on_files(&self, spec: &NodeSpec, work: FileWork) -> Result<FileDone, EngineError> {
        self.of_image(&spec.image).await.work_on_files(spec, work).await
    }

    async fn logs(&self, node: NodeId) -> Result<Vec<LogFile>, EngineError> {
        self.of_node(node).logs(node).await
    }

    async fn read_log(&self, node: NodeId, path: &str, from: Option<u64>, count: u64) -> Result<LogPart, EngineError> {
        self.of_node(node).read_log(node, path, from, count).await
    }

    async fn clear_log(&self, node: NodeId, path: &str) -> Result<(), EngineError> {
        self.of_node(node).clear_log(node, path).await
    }

    async fn remove_log(&self, node: NodeId, path: &str) -> Result<(), EngineError> {
        self.of_node(node).remove_log(node, path).await
    }

    async fn limit(&self, node: NodeId, memory: u64) {
        self.of_node(node).limit(node, memory).await;
    }

    async fn stats(&self, node: NodeId) -> NodeStats {
        self.of_node(node).stats(node).await
    }
}
