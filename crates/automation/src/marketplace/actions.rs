//! Carrying out actions of what is installed, and its end.

use serde_json::{Map, Value};

use super::installations::Installation;
use super::manifest::Manifest;
use super::outcome::{Done, stays};
use super::placeholders::from_json;
use super::run::{Run, of_layer, target};
use super::scope::Scope;
use super::steps::Step;
use crate::marketplace::Marketplace;
use keyrack_core::audit::Event;
use keyrack_core::caller::{Caller, Client, Right};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_environments::Environment;
use keyrack_environments::actions::About;

impl Marketplace {
    /// Carries out an action of an installed manifest, its only one unless it is named. `params` are what the action has as
    /// `this`; those that are settings count as settings too.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an installation or action that is not there; otherwise as [`Marketplace::install`].
    pub async fn execute_app_action(
        &self,
        caller: &Caller,
        client: &Client,
        unique_name: &str,
        action: Option<&str>,
        params: Map<String, Value>,
    ) -> Result<Done> {
        caller.require(Right::Operate)?;
        let installation = self.installation(caller, unique_name).await?;
        let environment = self.must_be_near(caller, &installation).await?;
        let about = environment.as_ref().map(About::of);
        let manifest = Manifest::read(&installation.manifest)?;
        let (action, steps) = chosen(&manifest, action)?;
        let mut run = self.run_again(caller, client, &manifest, &installation, params.clone()).await?;
        let named = target(&from_json(&Value::Object(params.clone())));
        run.nodes = named.or(run.nodes);
        run.check(steps)?;
        run.scope.replace_this(Value::Object(params));
        let event = Event::by(caller, client, "marketplace.execute", format!("installation:{unique_name}"))
            .with("name", manifest.name.clone())
            .with("action", action)
            .with("environment", run.environment.clone());
        let title = format!("Carrying out {action} of {}", manifest.name);
        let tracked = self.begin_action(caller, &event, title, about).await?;
        let done = match run.steps(steps).await {
            Ok(flow) => match self.keep_values(&installation, &run.scope).await {
                Ok(()) => self.describe_success(&mut run, installation.unique_name.clone(), flow).await,
                Err(error) => Err(error),
            },
            Err(error) => Err(stays(error)),
        };
        self.end_tracked(tracked, event, done).await
    }

    /// Carries out what an installed manifest does at its end, and forgets it. Its environment stays. With `force` it is
    /// forgotten also when something fails, and so is always what cannot be read any more.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Step`] when something failed: then it stays installed.
    pub async fn uninstall(&self, caller: &Caller, client: &Client, unique_name: &str, force: bool) -> Result<()> {
        caller.require(Right::Operate)?;
        let installation = self.installation(caller, unique_name).await?;
        let environment = self.must_be_near(caller, &installation).await?;
        let about = environment.as_ref().map(About::of);
        let manifest = match Manifest::read(&installation.manifest) {
            Ok(manifest) => manifest,
            Err(why) => return self.remove_unread(caller, client, (&installation, about), why).await,
        };
        let mut run = match self.run_again(caller, client, &manifest, &installation, Map::new()).await {
            Ok(run) => run,
            Err(why @ Error::Invalid { .. }) => {
                return self.remove_unread(caller, client, (&installation, about), why).await;
            }
            Err(error) => return Err(error),
        };
        let event = Event::by(caller, client, "marketplace.uninstall", format!("installation:{unique_name}"))
            .with("name", manifest.name.clone())
            .with("environment", run.environment.clone());
        let title = format!("Uninstalling {}", manifest.name);
        let tracked = self.begin_action(caller, &event, title, about).await?;
        let ended = match run.check(&manifest.on_uninstall) {
            Ok(()) => run.steps(&manifest.on_uninstall).await.map(drop).map_err(stays),
            Err(error) => Err(error),
        };
        let done = match ended {
            Err(error) if !force => Err(error),
            _ => self.forget_installation(&installation).await,
        };
        self.end_tracked(tracked, event, done).await
    }

    /// Forgets what an earlier server kept and this one cannot read any more, without what it would do at its end.
    async fn remove_unread(
        &self,
        caller: &Caller,
        client: &Client,
        (installation, about): (&Installation, Option<About<'_>>),
        why: Error,
    ) -> Result<()> {
        let environment = installation.environment.as_ref().map(|(name, _)| name.as_str());
        let event =
            Event::by(caller, client, "marketplace.uninstall", format!("installation:{}", installation.unique_name))
                .with("environment", environment)
                .with("skipped", format!("onUninstall: {why}"));
        let title = format!("Uninstalling {}", installation.unique_name);
        let tracked = self.begin_action(caller, &event, title, about).await?;
        let done = self.forget_installation(installation).await;
        self.end_tracked(tracked, event, done).await
    }

    /// Lets this server go on only with what is installed in an environment that it runs, before anything is done.
    async fn must_be_near(&self, caller: &Caller, installation: &Installation) -> Result<Option<Environment>> {
        match &installation.environment {
            Some((name, _)) => self.environments.get_local(caller, name).await.map(Some),
            None => Ok(None),
        }
    }

    /// A manifest about to be carried out once more, with what it had.
    async fn run_again<'a>(
        &'a self,
        caller: &'a Caller,
        client: &'a Client,
        manifest: &'a Manifest,
        installation: &Installation,
        more: Map<String, Value>,
    ) -> Result<Run<'a>> {
        let mut settings = installation.settings.read()?;
        settings.extend(more);
        let globals = installation.globals.read()?;
        Ok(Run {
            keyrack: self,
            caller,
            client,
            auth_snapshot: self.accounts.auth_snapshot(caller).await?,
            manifest,
            environment: installation.environment.as_ref().map(|(name, _)| name.clone()),
            nodes: installation.layer.as_deref().map(of_layer),
            scope: Scope::kept(manifest, caller, settings, globals, &self.world)?,
        })
    }
}

/// The action with this name, or the only one.
fn chosen<'a>(manifest: &'a Manifest, name: Option<&'a str>) -> Result<(&'a str, &'a [Step])> {
    let known = || match manifest.actions.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>() {
        names if names.is_empty() => "it has none".to_owned(),
        names => format!("it has {}", names.join(", ")),
    };
    match (name, manifest.actions.as_slice()) {
        (Some(name), _) => match manifest.action(name) {
            Some(steps) => Ok((name, steps)),
            None => Err(Error::NotFound(format!("“{}” has no action “{name}”: {}", manifest.name, known()).into())),
        },
        (None, [(name, steps)]) => Ok((name, steps)),
        (None, _) => {
            Err(Error::invalid(field::App::Action, format!("say which action of “{}”: {}", manifest.name, known())))
        }
    }
}
