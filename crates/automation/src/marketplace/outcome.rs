//! What is reported and recorded of an installation, an action or an uninstallation: its begin, and its result.

use super::manifest::ManifestType;
use super::placeholders::fill_text;
use super::run::{ControlFlow, Run};
use crate::marketplace::Marketplace;
use keyrack_core::audit::{self, Event};
use keyrack_core::caller::Caller;
use keyrack_core::error::{Error, Result};
use keyrack_environments::Environment;
use keyrack_environments::actions::{self, About, NewAction};
use keyrack_types::ids::ActionId;

/// What was done. Its texts may hold secrets, so it is not printed.
#[derive(Clone)]
pub struct Done {
    /// The installation's name.
    pub unique_name: String,
    pub kind: ManifestType,
    pub name: String,
    pub environment: Option<Environment>,
    pub success_text: String,
    pub start_page: Option<String>,
}

impl Marketplace {
    /// Describes a success: the manifest's text and its start page.
    pub(super) async fn describe_success(
        &self,
        run: &mut Run<'_>,
        unique_name: String,
        flow: ControlFlow,
    ) -> Result<Done> {
        let environment = match &run.environment {
            Some(name) => Some(self.environments.get(run.caller, name).await?),
            None => None,
        };
        if let Some(environment) = &environment {
            run.scope.set_environment(environment);
        }
        let fill = |text: String| fill_text(&text, &run.scope, &self.world);
        let success_text = match flow {
            ControlFlow::Done(Some(message)) => message,
            _ => match run.manifest.success() {
                Some(success) => fill(success),
                None => format!("{} is done.", run.manifest.name),
            },
        };
        let start_page = run.manifest.text("startPage").map(fill);
        let start_page = start_page.or_else(|| environment.as_ref().and_then(Environment::address));
        let (kind, name) = (run.manifest.kind, run.manifest.name.clone());
        Ok(Done { unique_name, kind, name, environment, success_text, start_page })
    }

    /// Records the begin, for the tasks panel and for the audit log.
    pub(super) async fn begin_action(
        &self,
        caller: &Caller,
        event: &Event,
        title: String,
        about: Option<About<'_>>,
    ) -> Result<ActionId> {
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        audit::append(&mut tx, now, event.clone()).await?;
        let new = NewAction {
            account: caller.account,
            user: Some(caller.user),
            kind: event.action,
            about,
            source: None,
            title,
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, now, new).await?;
        tx.commit(&[]).await?;
        Ok(action)
    }

    /// Records which environment it has made.
    pub(super) async fn record_made(&self, action: ActionId, environment: &Environment) -> Result<()> {
        let mut tx = self.store.begin().await?;
        actions::has_made(&mut tx, action, environment).await?;
        tx.commit(&[]).await
    }

    /// Records how it ended, and returns the result.
    pub(super) async fn end_tracked<T>(&self, action: ActionId, event: Event, done: Result<T>) -> Result<T> {
        let now = self.world.now();
        let error = done.as_ref().err().map(Error::without_output);
        let mut tx = self.store.begin().await?;
        if let Some(error) = &error {
            audit::append(&mut tx, now, event.refused(error.clone())).await?;
        }
        actions::end(&mut tx, now, action, error).await?;
        tx.commit(&[]).await?;
        done
    }
}

/// What was done before a failure is not undone where that could harm.
pub(super) fn stays(error: Error) -> Error {
    match error {
        Error::Step { at, cause, output, .. } => {
            Error::Step { at, cause, output, undone: "; what was done before it stays".into() }
        }
        other => other,
    }
}
