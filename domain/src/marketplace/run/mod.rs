//! Carrying out the steps of a manifest, with the rights of who asked for it: each step is an operation of the domain, which
//! checks the caller's role and writes its own audit entry.

mod change;
mod check;
mod commands;
mod doing;
mod files;
mod topology;

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use self::doing::Doing;
pub(super) use self::doing::{of_layer, target};
use super::document::Document;
use super::manifest::Manifest;
use super::placeholders::{fill, fill_text};
use super::scope::Scope;
use super::steps::{Given, Kind, Step};
use crate::accounts::AuthSnapshot;
use crate::caller::{Caller, Client, Right};
use crate::error::{Error, Result};
use crate::marketplace::Marketplace;

/// A manifest being carried out.
pub(super) struct Run<'a> {
    pub keyrack: &'a Marketplace,
    pub caller: &'a Caller,
    pub client: &'a Client,
    /// What held of the caller when it began.
    pub auth_snapshot: AuthSnapshot,
    pub manifest: &'a Manifest,
    /// The environment that it works on, by its short name.
    pub environment: Option<String>,
    /// The nodes that it works on unless a step says, as a selector.
    pub nodes: Option<String>,
    pub scope: Scope,
}

/// What a step wants to come next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    GoOn,
    /// `return`: it is done, with a text of its own.
    Done(Option<String>),
}

impl Run<'_> {
    /// Carries the steps out, one after another.
    ///
    /// # Errors
    /// [`Error::Step`], naming the first step that failed.
    pub async fn steps(&mut self, steps: &[Step]) -> Result<Flow> {
        let nodes = self.nodes.clone();
        self.all(steps, nodes.as_deref()).await
    }

    fn all<'b>(&'b mut self, steps: &'b [Step], inherited: Option<&'b str>) -> BoxFuture<'b, Result<Flow>> {
        async move {
            for step in steps {
                for given in &step.given {
                    let flow = self.one(step, given, inherited).await.map_err(|error| failed(step, error))?;
                    if flow != Flow::GoOn {
                        return Ok(flow);
                    }
                }
            }
            Ok(Flow::GoOn)
        }
        .boxed()
    }

    async fn one(&mut self, step: &Step, given: &Given, inherited: Option<&str>) -> Result<Flow> {
        // Steps go on for hours: they end with the right of who began them.
        self.keyrack.accounts.recheck(self.caller, &self.auth_snapshot, Right::Operate).await?;
        self.look().await?;
        let world = self.keyrack.world();
        let selector = step.selector.as_deref().map(|selector| fill_text(selector, &self.scope, world));
        let params = match given {
            Given::Params(params) => fill(&Document::Mapping(params.clone()), &self.scope, world)?,
            Given::Whole(whole) => fill(whole, &self.scope, world)?,
        };
        let mut doing = Doing { step, params, selector: selector.or_else(|| inherited.map(str::to_owned)) };
        if step.selector.is_none()
            && let Some(target) = doing.target()
        {
            doing.selector = Some(target);
        }
        match step.kind {
            Kind::Call => return self.call(&doing).await,
            Kind::Return => return returned(&doing.params),
            Kind::Log => self.write(&doing.text("message")?.unwrap_or_default()).await?,
            Kind::Set => self.scope.set(doing.map()?)?,
            Kind::SetGlobals => self.scope.set_globals(doing.map()?)?,
            Kind::Sleep => self.sleep(doing.pause()?).await?,
            _ => {
                self.change(&doing).await?;
                self.write(&format!("{}: done", step.at)).await?;
            }
        }
        Ok(Flow::GoOn)
    }

    async fn call(&mut self, doing: &Doing<'_>) -> Result<Flow> {
        let before = self.scope.replace_this(doing.params.to_json());
        let manifest = self.manifest;
        let flow = self.all(manifest.called(doing.step), doing.selector.as_deref()).await;
        self.scope.replace_this(before);
        flow
    }

    /// Waits, but not longer than the server is there.
    async fn sleep(&self, pause: Duration) -> Result<()> {
        let manager = self.keyrack.environments.manager()?;
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(()),
            () = manager.closing() => Err(Error::Unavailable),
        }
    }

    /// Writes a line to the account's console.
    async fn write(&self, line: &str) -> Result<()> {
        self.keyrack.write_console_line(self.caller, &format!("{}: {line}", self.manifest.name)).await
    }

    /// Looks at the environment, so that placeholders speak of it as it is now.
    async fn look(&mut self) -> Result<()> {
        if let Some(name) = &self.environment {
            let environment = self.keyrack.environments.get(self.caller, name).await?;
            self.scope.set_environment(&environment);
        }
        Ok(())
    }
}

/// `return`: a text is a failure, as on the platform; a mapping says what it is.
fn returned(value: &Document) -> Result<Flow> {
    let text = |key: &str| value.get(key).and_then(Document::scalar);
    let kind = text("type").or_else(|| text("result")).unwrap_or_else(|| "error".to_owned());
    let message = value.scalar().or_else(|| text("message"));
    match kind.to_lowercase().as_str() {
        "success" | "0" => Ok(Flow::Done(message)),
        _ => Err(Error::Engine(message.unwrap_or_else(|| format!("it returned {}", value.to_json())))),
    }
}

/// The innermost step is the one that failed.
fn failed(step: &Step, error: Error) -> Error {
    match error {
        step @ Error::Step { .. } => step,
        cause => Error::step(step.at.clone(), cause),
    }
}
