//! Installing a manifest, and taking back what it made when that fails.

use serde_json::{Map, Value};

use super::errors::{at, in_nodes};
use super::manifest::{Manifest, ManifestType};
use super::outcome::{Done, stays};
use super::placeholders::fill_text;
use super::run::{ControlFlow, Run, of_layer};
use super::scope::Scope;
use crate::marketplace::Marketplace;
use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_core::waiting;
use keyrack_core::world::World;
use keyrack_environments::actions::About;
use keyrack_environments::{Environment, EnvironmentSpec, check_new_groups};
use keyrack_types::ids::ActionId;

/// What is said besides the manifest. It may hold secrets, so it is not printed.
#[derive(Clone, Default)]
pub struct InstallRequest {
    /// Of the catalogue; none for a manifest that somebody brings.
    pub app: Option<String>,
    pub settings: Map<String, Value>,
    /// The groups that the new environment is put into, besides those of the manifest.
    pub groups: Vec<String>,
    /// The name of the new environment, or the environment that an add-on is for.
    pub environment: Option<String>,
    pub display_name: Option<String>,
    pub region: Option<String>,
    /// The layer that an add-on is for.
    pub layer: Option<String>,
    /// In the place of the manifest's nodes: JSON as CreateEnvironment takes it.
    pub nodes: Option<String>,
}

/// How far an installation came.
struct Progress {
    /// Its line in the tasks panel.
    action: ActionId,
    /// The environment that was made, by its short name.
    made: Option<String>,
}

impl Marketplace {
    /// Installs a manifest: makes its environment, or changes one that is there. Waits for the end of it.
    ///
    /// # Errors
    /// Before anything is done: [`Error::Invalid`] for what cannot be taken, [`Error::NoEnvironment`]. [`Error::Step`] when
    /// something failed on the way: an environment that was made is deleted again then.
    pub async fn install(
        &self,
        caller: &Caller,
        client: &Client,
        manifest: &str,
        request: InstallRequest,
    ) -> Result<Done> {
        caller.require(Right::Operate)?;
        let auth_snapshot = self.accounts.auth_snapshot(caller).await?;
        let text = manifest;
        let manifest = Manifest::read(text)?;
        let mut scope = Scope::new(&manifest, caller, request.settings.clone(), &self.world)?;
        manifest.form(None).map_or(Ok(()), |form| form.check(&scope.settings()))?;
        scope.declare_globals(&manifest, &self.world)?;
        let new = self.new_environment(&manifest, &scope, &request)?;
        match (&new, &request.environment) {
            (Some(_), _) => {
                caller.require_creation()?;
                check_new_groups(caller, &new_groups(&manifest, &scope, &request, &self.world))?;
            }
            (None, Some(_)) => {}
            // It would be the account's.
            (None, None) => caller.require_account()?,
        }
        let there = self.target_environment(caller, &manifest, &request, new.as_ref()).await?;
        let made = new.as_ref().and_then(|spec| spec.name.clone());
        let about = there.as_ref().map(About::of).or(made.as_deref().map(About::to_be_made));
        let mut run = Run {
            keyrack: self,
            caller,
            client,
            auth_snapshot,
            manifest: &manifest,
            environment: made.clone().or(there.as_ref().map(|environment| environment.name.clone())),
            nodes: request.layer.as_deref().map(of_layer),
            scope,
        };
        run.check(&manifest.on_install)?;
        self.must_have_room(caller, text).await?;
        let unique_name = uuid::Builder::from_random_bytes(self.world.random()).into_uuid().to_string();
        let event = Event::by(caller, client, "marketplace.install", format!("installation:{unique_name}"))
            .with("name", manifest.name.clone())
            .with("type", manifest.kind.word())
            .with("app", request.app.clone())
            .with("environment", run.environment.clone());
        let title = format!("Installing {}", manifest.name);
        let action = self.begin_action(caller, &event, title, about).await?;
        let mut progress = Progress { action, made: None };
        let done = match self.carry_out(&mut run, new, &request, &mut progress).await {
            Ok(flow) => self.keep_installation(&run, &unique_name, text, &request).await.map(|()| flow),
            Err(error) => Err(error),
        };
        let done = match done {
            Ok(flow) => self.describe_success(&mut run, unique_name, flow).await,
            Err(error) => Err(self.undo(caller, client, &manifest, error, progress).await),
        };
        self.end_tracked(action, event, done).await
    }

    /// The environment that is changed, where none is made.
    async fn target_environment(
        &self,
        caller: &Caller,
        manifest: &Manifest,
        request: &InstallRequest,
        new: Option<&EnvironmentSpec>,
    ) -> Result<Option<Environment>> {
        match (new, &request.environment) {
            (Some(_), _) => Ok(None),
            (None, Some(name)) => self.environments.get_local(caller, name).await.map(Some),
            (None, None) if manifest.kind == ManifestType::Update => Err(Error::invalid(
                field::App::Environment,
                "it is required: a manifest of type update changes an environment",
            )),
            (None, None) => Ok(None),
        }
    }

    async fn carry_out(
        &self,
        run: &mut Run<'_>,
        new: Option<EnvironmentSpec>,
        request: &InstallRequest,
        progress: &mut Progress,
    ) -> Result<ControlFlow> {
        if let Some(spec) = new {
            let operation = self.environments.create(run.caller, run.client, spec).await.map_err(in_nodes)?;
            let name = operation.environment.name.clone();
            progress.made = Some(name.clone());
            self.record_made(progress.action, &operation.environment).await?;
            operation.finished().await.map_err(at("nodes"))?;
            waiting::for_nobody(self.finish_environment(run, &name, request)).await?;
        }
        if let Some(name) = &run.environment {
            let environment = self.environments.get(run.caller, name).await?;
            run.scope.set_environment(&environment);
        }
        run.scope.declare_late_globals(run.manifest, &self.world)?;
        run.steps(&run.manifest.on_install).await
    }

    /// Takes back what is sure to be only this installation's: the environment that it made.
    async fn undo(
        &self,
        caller: &Caller,
        client: &Client,
        manifest: &Manifest,
        error: Error,
        progress: Progress,
    ) -> Error {
        let line = format!("{}: failed: {error}", manifest.name);
        let _ = self.write_console_line(caller, &line).await;
        let Some(name) = progress.made else { return stays(error) };
        let undone = match self.environments.delete(caller, client, &name).await {
            Ok(()) | Err(Error::NoEnvironment(_)) => {
                format!("; the environment “{name}” that was made for it is deleted again")
            }
            Err(why) => format!("; the environment “{name}” that was made for it could not be deleted: {why}"),
        };
        match error {
            Error::Step { at, cause, output, .. } => Error::Step { at, cause, output, undone },
            cause => {
                Error::Step { at: "the installation".into(), cause: Box::new(cause), output: String::new(), undone }
            }
        }
    }
}

/// The groups that a new environment is put into: those of the manifest, and those of the request.
pub(super) fn new_groups(manifest: &Manifest, scope: &Scope, request: &InstallRequest, world: &World) -> Vec<String> {
    let said = manifest.texts("envGroups");
    said.iter().map(|group| fill_text(group, scope, world)).chain(request.groups.clone()).collect()
}
