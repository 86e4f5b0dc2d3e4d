//! Images that nodes need, brought to where they run.

use super::held_nodes::{hold, keep};
use super::model::{Failure, FormerImage, Node};
use super::operation::Work;
use super::rows;
use crate::service::Environments;
use keyrack_core::caller::Caller;
use keyrack_core::error::Result;
use keyrack_engine::{EngineError, Fetch, Fetched, RegistryLogin};
use keyrack_types::ids::{ActionId, NodeId};

/// Gets the images of all nodes that are not there yet, and notes which content they are.
///
/// # Errors
/// Which node's image cannot be had, and why.
pub(super) async fn fetch_images(work: &Work, nodes: &mut [Node]) -> Result<(), Failure> {
    for node in nodes {
        let fetched = fetch(work, node, None, false).await.map_err(|error| Failure::of_engine(node.id, &error))?;
        if node.facts.digest != fetched.digest || node.facts.listens != fetched.listens {
            (node.facts.digest, node.facts.listens) = (fetched.digest.clone(), fetched.listens);
            let noted = work.keyrack.retry(|| work.keyrack.note_image(work, node.id, &fetched)).await;
            noted.map_err(|error| Failure::of(node.id, error))?;
        }
    }
    Ok(())
}

/// Gets one image; how far it is stands in the tasks panel. `newest` asks what the tag means now.
pub(super) async fn fetch(
    work: &Work,
    node: &Node,
    login: Option<&RegistryLogin>,
    newest: bool,
) -> Result<Fetched, EngineError> {
    let spec = node.spec(&work.environment.name);
    let kept = match login {
        Some(login) => Some(login.clone()),
        None => {
            let looked_up =
                work.keyrack.retry(|| work.keyrack.registry_login(work.environment.account, &node.image)).await;
            looked_up.map_err(|error| EngineError::Failed(error.to_string()))?
        }
    };
    let login = kept.as_ref();
    let (told, mut news) = tokio::sync::mpsc::unbounded_channel();
    let progress = move |text: String| _ = told.send(text);
    let fetching = work.manager.engine.fetch(&spec, Fetch { login, newest, progress: &progress });
    tokio::pin!(fetching);
    let title = work.keyrack.title_of(work.action).await;
    let mut said = false;
    let fetched = loop {
        tokio::select! {
            fetched = &mut fetching => break fetched,
            Some(text) = news.recv() => {
                said = true;
                work.keyrack.set_title(work.action, &format!("{title}: {text}")).await;
            }
        }
    };
    if said {
        work.keyrack.set_title(work.action, &title).await;
    }
    fetched
}

impl Environments {
    /// What of a node's container is not as it should be, each as a clause; nothing while its engine does not answer.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`].
    pub async fn drift(&self, caller: &Caller, name: &str, node: &Node) -> Result<Vec<String>> {
        let environment = self.get(caller, name).await?;
        let drift = self.manager()?.engine.drift(&node.spec(&environment.name)).await;
        Ok(drift.unwrap_or_else(|error| {
            tracing::debug!(%error, node = %node.id, "a container cannot be compared with what it should be");
            Vec::new()
        }))
    }

    /// The content that a node's tag means at its registry now, when it is another one than the node runs; none also where
    /// the registry does not say so.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`].
    pub async fn newer_content(&self, caller: &Caller, name: &str, node: &Node) -> Result<Option<String>> {
        let environment = self.get(caller, name).await?;
        let login = self.registry_login(environment.account, &node.image).await?;
        let spec = node.spec(&environment.name);
        match self.manager()?.engine.newest(&spec, login.as_ref()).await {
            Ok(newest) => Ok(newest.filter(|newest| node.facts.digest.as_ref().is_some_and(|runs| runs != newest))),
            Err(error) => {
                tracing::debug!(%error, node = %node.id, "a registry does not say what a tag means");
                Ok(None)
            }
        }
    }

    async fn title_of(&self, action: ActionId) -> String {
        let title = sqlx::query_scalar("SELECT title FROM actions WHERE id = $1").bind(action.0);
        title.fetch_optional(self.store.read()).await.ok().flatten().unwrap_or_default()
    }

    /// Says in the tasks panel what an operation is about; that it cannot be said stops nothing.
    async fn set_title(&self, action: ActionId, title: &str) {
        let said = async {
            let mut tx = self.store.begin().await?;
            let update = sqlx::query("UPDATE actions SET title = $2 WHERE id = $1 AND state = 'running'");
            update.bind(action.0).bind(title).execute(&mut *tx).await?;
            tx.commit(&[]).await
        };
        if let Err(error) = said.await {
            tracing::debug!(%error, "a task's title stays as it is");
        }
    }

    async fn note_image(&self, work: &Work, node: NodeId, fetched: &Fetched) -> Result<()> {
        self.change_stored(work, &[node], |node| {
            (node.facts.digest, node.facts.listens) = (fetched.digest.clone(), fetched.listens);
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Changes what is stored of some nodes of an environment that is being worked on; answers them as they are then.
    pub(super) async fn change_stored(
        &self,
        work: &Work,
        ids: &[NodeId],
        change: impl Fn(&mut Node) -> Result<()>,
    ) -> Result<Vec<Node>> {
        let mut tx = self.store.begin().await?;
        let environment = rows::again(&mut tx, &work.environment).await?;
        let environment = hold(&mut tx, environment).await?;
        let mut nodes: Vec<Node> = environment.nodes().filter(|node| ids.contains(&node.id)).cloned().collect();
        for node in &mut nodes {
            change(node)?;
            keep(&mut tx, node).await?;
        }
        tx.commit(&[]).await?;
        Ok(nodes)
    }
}

/// What a node ran until now, to go back to.
pub(super) fn former(node: &Node) -> Option<FormerImage> {
    Some(FormerImage { tag: node.image.tag.clone(), digest: node.facts.digest.clone() })
}
