//! Taking away what is deployed in a context, and moving it to another one.

use super::change::{ALLOWED, Deploying, deploy_error, replace};
use super::{ROOT, context_name, folder, must_be_deployed, within};
use crate::inside::{Inside, engine_error, may};
use crate::model::Layer;
use crate::service::Environments;
use keyrack_core::caller::{Caller, Client};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_engine::{Content, EngineError, FileWork};
use keyrack_types::ids::NodeId;

impl Environments {
    /// Takes away what is deployed in a context; other contexts stay.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] when nothing is deployed there, [`Error::WrongState`].
    pub async fn undeploy(
        &self,
        caller: &Caller,
        client: &Client,
        environment: &str,
        group: Option<&str>,
        context: &str,
    ) -> Result<Vec<NodeId>> {
        may(caller)?;
        let context = context_name(field::Environment::Context, context)?;
        let slot = self.slot_of(caller, environment).await?;
        let _deploying = self.turn_to_deploy(caller, &slot).await?;
        let deploying =
            self.deploying(caller, client, &slot, "deployment.remove", (environment, group), ALLOWED).await?;
        let Deploying { inside, layer, event } = deploying;
        must_be_deployed(&layer, &context)?;
        let title = format!("Undeploying {context} from {}", inside.environment.name);
        let event = event.with("context", context.clone());
        let nodes = inside.nodes.iter().map(|node| node.id).collect();
        self.noted_as_action(caller, &inside, event, title, async {
            let place = folder(&context)?;
            if context == ROOT {
                replace(&inside, &place, Content::Nothing, within(&layer, &context)).await?;
            } else {
                let _turn = inside.file_turn().await?;
                for node in &inside.nodes {
                    match inside.work_on_files(node, FileWork::Delete(place.clone())).await {
                        Ok(_) | Err(EngineError::NoFile(_)) => {}
                        Err(error) => return Err(deploy_error(error)),
                    }
                }
            }
            self.forget_deployment(&inside, &layer, &context).await?;
            Ok(nodes)
        })
        .await
    }

    /// Moves what is deployed in one context to another one, which has to be free.
    ///
    /// # Errors
    /// [`Error::NoEnvironment`], [`Error::NotFound`] when nothing is deployed there, [`Error::Exists`],
    /// [`Error::WrongState`].
    pub async fn rename_context(
        &self,
        caller: &Caller,
        client: &Client,
        environment: &str,
        group: Option<&str>,
        (from, to): (&str, &str),
    ) -> Result<Vec<NodeId>> {
        may(caller)?;
        let (from, to) =
            (context_name(field::Environment::Context, from)?, context_name(field::Environment::NewContext, to)?);
        let slot = self.slot_of(caller, environment).await?;
        let _deploying = self.turn_to_deploy(caller, &slot).await?;
        let deploying =
            self.deploying(caller, client, &slot, "deployment.rename", (environment, group), ALLOWED).await?;
        let Deploying { inside, layer, event } = deploying;
        must_be_deployed(&layer, &from)?;
        if layer.deployments.iter().any(|deployment| deployment.context == to) {
            return Err(Error::Exists(format!("something is deployed in context “{to}” already").into()));
        }
        let title = format!("Moving {from} to {to} in {}", inside.environment.name);
        let event = event.with("from", from.clone()).with("to", to.clone());
        let nodes = inside.nodes.iter().map(|node| node.id).collect();
        self.noted_as_action(caller, &inside, event, title, async {
            move_context(&inside, &layer, &from, &to).await?;
            self.move_deployment(&inside, &layer, &from, &to).await?;
            Ok(nodes)
        })
        .await
    }
}

async fn move_context(inside: &Inside<'_>, layer: &Layer, from: &str, to: &str) -> Result<()> {
    let (old, new) = (folder(from)?, folder(to)?);
    let mut contexts = within(layer, ROOT);
    if from == ROOT {
        // What is at `/` moves into a folder of itself: there first, then away from `/`.
        replace(inside, &new, Content::Folder { folder: old.clone(), without: contexts.clone() }, Vec::new()).await?;
        contexts.push(to.to_owned());
        return replace(inside, &old, Content::Nothing, contexts).await;
    }
    if to == ROOT {
        contexts.retain(|context| context != from);
        return replace(inside, &new, Content::Folder { folder: old, without: Vec::new() }, contexts).await;
    }
    for node in &inside.nodes {
        let work = FileWork::Rename { from: old.clone(), to: new.clone() };
        inside.work_on_files(node, work).await.map_err(engine_error(field::Environment::NewContext))?;
    }
    Ok(())
}
