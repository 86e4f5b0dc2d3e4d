//! Carrying out the steps of a manifest, with the rights of who asked for it: each step is an operation of the domain, which
//! checks the caller's role and writes its own audit entry.

mod change;
mod check;
mod commands;
mod files;
mod invocation;
mod topology;

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;

use self::invocation::Invocation;
pub(super) use self::invocation::{of_layer, target};
use super::document::Document;
use super::manifest::Manifest;
use super::placeholders::{fill, fill_text};
use super::scope::Scope;
use super::steps::{Arguments, Kind, Step};
use crate::marketplace::Marketplace;
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_identity::accounts::AuthSnapshot;

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

/// What follows after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ControlFlow {
    Continue,
    /// `return`: it is done, with a text of its own.
    Done(Option<String>),
}

impl Run<'_> {
    /// Carries the steps out, one after another.
    ///
    /// # Errors
    /// [`Error::Step`], naming the first step that failed.
    pub async fn steps(&mut self, steps: &[Step]) -> Result<ControlFlow> {
        let nodes = self.nodes.clone();
        self.all(steps, nodes.as_deref()).await
    }

    fn all<'b>(&'b mut self, steps: &'b [Step], inherited: Option<&'b str>) -> BoxFuture<'b, Result<ControlFlow>> {
        async move {
            for step in steps {
                for arguments in &step.arguments {
                    let flow = self.one(step, arguments, inherited).await.map_err(|error| failed(step, error))?;
                    if flow != ControlFlow::Continue {
                        return Ok(flow);
                    }
                }
            }
            Ok(ControlFlow::Continue)
        }
        .boxed()
    }

    async fn one(&mut self, step: &Step, arguments: &Arguments, inherited: Option<&str>) -> Result<ControlFlow> {
        // Steps go on for hours: they end with the right of who began them.
        self.keyrack.accounts.recheck(self.caller, &self.auth_snapshot, Right::Operate).await?;
        self.look().await?;
        let world = self.keyrack.world();
        let selector = step.selector.as_deref().map(|selector| fill_text(selector, &self.scope, world));
        let params = match arguments {
            Arguments::Params(params) => fill(&Document::Mapping(params.clone()), &self.scope, world)?,
            Arguments::Whole(whole) => fill(whole, &self.scope, world)?,
        };
        let mut invocation = Invocation { step, params, selector: selector.or_else(|| inherited.map(str::to_owned)) };
        if step.selector.is_none()
            && let Some(target) = invocation.target()
        {
            invocation.selector = Some(target);
        }
        match step.kind {
            Kind::Call => return self.call(&invocation).await,
            Kind::Return => return returned(&invocation.params),
            Kind::Log => self.write(&invocation.text("message")?.unwrap_or_default()).await?,
            Kind::Set => self.scope.set(invocation.map()?)?,
            Kind::SetGlobals => self.scope.set_globals(invocation.map()?)?,
            Kind::Sleep => self.sleep(invocation.pause()?).await?,
            _ => {
                self.change(&invocation).await?;
                self.write(&format!("{}: done", step.at)).await?;
            }
        }
        Ok(ControlFlow::Continue)
    }

    async fn call(&mut self, invocation: &Invocation<'_>) -> Result<ControlFlow> {
        let before = self.scope.replace_this(invocation.params.to_json());
        let manifest = self.manifest;
        let flow = self.all(manifest.called(invocation.step), invocation.selector.as_deref()).await;
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
fn returned(value: &Document) -> Result<ControlFlow> {
    let text = |key: &str| value.get(key).and_then(Document::scalar);
    let kind = text("type").or_else(|| text("result")).unwrap_or_else(|| "error".to_owned());
    let message = value.scalar().or_else(|| text("message"));
    match kind.to_lowercase().as_str() {
        "success" | "0" => Ok(ControlFlow::Done(message)),
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
