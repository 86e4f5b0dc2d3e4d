//! Deploying: an archive becomes what the nodes of a layer serve. One that is damaged, too large or leads out of its folder
//! changes nothing.

use std::path::Path;

use super::change::{ALLOWED, Deploying, replace};
use super::{Deployment, Hooks, context_name, folder, within};
use crate::NodeOutput;
use crate::execute::execute_all;
use crate::inside::{Inside, may};
use crate::model::Layer;
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::Content;
use keyrack_types::environments::EnvStatus;
use keyrack_types::text::is_hidden;

/// The most contexts of one layer.
const CONTEXT_LIMIT: usize = 100;

/// Hooks are executed in what runs.
const FOR_HOOKS: &[EnvStatus] = &[EnvStatus::Running];

/// Something to be deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeployment {
    pub environment: String,
    /// The layer; the application layer when it is not said.
    pub group: Option<String>,
    pub context: String,
    /// The address that the upload was given.
    pub archive: String,
    /// What the archive is called from now on.
    pub name: Option<String>,
    pub hooks: Hooks,
}

impl Environments {
    /// Makes an uploaded archive the content of a context. A failure leaves the former content.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] for a layer or upload that is not there, [`Error::Invalid`],
    /// [`Error::FileAway`], [`Error::WrongState`], [`Error::DamagedArchive`], [`Error::EmptyArchive`], [`Error::Limit`] for
    /// what is too large when it is unpacked, [`Error::DeployFailed`] for a hook that fails.
    pub async fn deploy(&self, caller: &Caller, client: &Client, new: NewDeployment) -> Result<Vec<NodeOutput>> {
        may(caller)?;
        let context = context_name(field::Environment::Context, &new.context)?;
        new.hooks.check()?;
        let environment = self.get_local(caller, &new.environment).await?;
        let upload = self.uploads.at(caller, &new.archive).await?;
        let archive = match new.name.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() => name.chars().filter(|c| !is_hidden(*c)).take(200).collect(),
            _ => upload.name.clone(),
        };
        if upload.size == 0 {
            return Err(Error::EmptyArchive(format!("the archive “{archive}” is empty: it has 0 bytes")));
        }
        let file = self.uploads.file_of(caller, &upload).await?;
        let slot = self.manager()?.slot(&environment);
        let _deploying = self.turn_to_deploy(caller, &slot).await?;
        let needed = if new.hooks.is_empty() { ALLOWED } else { FOR_HOOKS };
        let place = (new.environment.as_str(), new.group.as_deref());
        let deploying = self.deploying(caller, client, &slot, "deployment.create", place, needed).await?;
        let Deploying { inside, layer, event } = deploying;
        let is_new = layer.deployments.iter().all(|deployment| deployment.context != context);
        if is_new && layer.deployments.len() >= CONTEXT_LIMIT {
            return Err(Error::Limit(format!("a layer can have {CONTEXT_LIMIT} contexts: undeploy some").into()));
        }
        let event = event.with("context", context.clone()).with("archive", archive.clone());
        let title = format!("Deploying {archive} to {}", inside.environment.name);
        let deployment = Deployment {
            context,
            archive,
            size: upload.size,
            hooks: new.hooks,
            user: caller.user,
            deployed: self.world.now(),
        };
        self.noted_as_action(caller, &inside, event, title, self.deploy_on(&inside, &layer, deployment, file.path()))
            .await
    }

    async fn deploy_on(
        &self,
        inside: &Inside<'_>,
        layer: &Layer,
        deployment: Deployment,
        archive: &Path,
    ) -> Result<Vec<NodeOutput>> {
        let mut outputs = Vec::new();
        for node in &inside.nodes {
            outputs.push(NodeOutput {
                node: node.id,
                exit_status: 0,
                out: String::new(),
                err: String::new(),
                in_time: true,
            });
        }
        let before = "nothing was deployed: the command before the deployment failed";
        execute_hook(inside, deployment.hooks.pre_deploy.as_deref(), before, &mut outputs).await?;
        let place = folder(&deployment.context)?;
        let content = Content::Archive { file: archive.to_owned(), name: deployment.archive.clone() };
        replace(inside, &place, content, within(layer, &deployment.context)).await?;
        self.keep_deployment(inside, layer, &deployment).await?;
        let after = "the new content is in its place, but the command after the deployment failed";
        execute_hook(inside, deployment.hooks.post_deploy.as_deref(), after, &mut outputs).await?;
        Ok(outputs)
    }
}

/// Executes a hook on all nodes; `failed` says what one that fails means.
async fn execute_hook(inside: &Inside<'_>, hook: Option<&str>, failed: &str, outputs: &mut [NodeOutput]) -> Result<()> {
    let Some(hook) = hook else { return Ok(()) };
    let command = [hook.to_owned()];
    let all = inside.nodes.iter().map(|node| execute_all(inside, node, &command, false, None));
    let done = futures::future::try_join_all(all).await?;
    for (output, done) in outputs.iter_mut().zip(done) {
        output.out.push_str(&done.out);
        output.err.push_str(&done.err);
        if done.exit_status != 0 || !done.in_time {
            let how = if done.in_time {
                format!("it ended with exit status {}", done.exit_status)
            } else {
                "it took too long".to_owned()
            };
            let last = output.err.lines().last().map(|line| format!("; its last line: {line}")).unwrap_or_default();
            return Err(Error::Step {
                at: format!("{failed} on node {}", output.node),
                cause: Box::new(Error::DeployFailed(how)),
                output: last,
                undone: String::new(),
            });
        }
    }
    Ok(())
}
