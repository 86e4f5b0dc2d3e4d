//! Installing a manifest, carrying out its actions, uninstalling.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::form::Form;
use super::installations::Installation;
use super::manifest::{Manifest, ManifestType};
use super::placeholders::{fill, fill_text, from_json};
use super::run::{Flow, Run, as_text, target};
use super::scope::Scope;
use super::steps::{Step, wrong};
use crate::audit::{self, Event};
use crate::caller::{Caller, Client, Right};
use crate::environments::actions::{self, NewAction};
use crate::environments::{Environment, EnvironmentSpec, GroupChange, NodeChoice};
use crate::error::{Error, Result};
use crate::ids::ActionId;
use crate::keyrack::Keyrack;
use crate::world::World;

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
    /// In the place of the manifest's nodes: JSON as CreateEnvironment is told it.
    pub nodes: Option<String>,
}

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

/// How far an installation came.
#[derive(Default)]
struct Progress {
    /// The environment that was made, by its short name.
    made: Option<String>,
}

impl Keyrack {
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
        let standing = self.standing(caller).await?;
        let text = manifest;
        let manifest = Manifest::read("jps", text)?;
        let mut scope = Scope::new(&manifest, caller, request.settings.clone(), &self.world)?;
        manifest.form(None).map_or(Ok(()), |form| form.check(&scope.settings()))?;
        scope.declare_globals(&manifest, &self.world)?;
        let new = self.new_environment(&manifest, &scope, &request)?;
        let mut run = Run {
            keyrack: self,
            caller,
            client,
            standing,
            manifest: &manifest,
            environment: self.place(caller, &manifest, &request, new.as_ref()).await?,
            nodes: request.layer.as_deref().map(of_layer),
            scope,
        };
        run.check(&manifest.on_install)?;
        let unique_name = uuid::Builder::from_random_bytes(self.world.random()).into_uuid().to_string();
        let event = Event::by(caller, client, "marketplace.install", format!("installation:{unique_name}"))
            .with("name", manifest.name.clone())
            .with("type", manifest.kind.word())
            .with("app", request.app.clone())
            .with("environment", run.environment.clone());
        let title = format!("Installing {}", manifest.name);
        let action = self.begin_action(caller, &event, title, run.environment.as_deref()).await?;
        let mut progress = Progress::default();
        let done = match self.carry_out(&mut run, new, &request, &mut progress).await {
            Ok(flow) => self.keep_installation(&run, &unique_name, text, &request).await.map(|()| flow),
            Err(error) => Err(error),
        };
        let done = match done {
            Ok(flow) => self.told(&mut run, unique_name, flow).await,
            Err(error) => Err(self.undo(caller, client, &manifest, error, progress).await),
        };
        self.end_tracked(action, event, done).await
    }

    /// Carries out an action of an installed manifest, its only one unless it is named. `params` are what the action has as `this`; those that are settings
    /// count as settings too.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an installation or action that is not there; otherwise as [`Keyrack::install`].
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
        self.must_be_near(caller, &installation).await?;
        let manifest = Manifest::read("jps", &installation.manifest)?;
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
        let tracked = self.begin_action(caller, &event, title, run.environment.as_deref()).await?;
        let done = match run.steps(steps).await {
            Ok(flow) => {
                self.keep_values(&installation, &run.scope).await?;
                self.told(&mut run, installation.unique_name.clone(), flow).await
            }
            Err(error) => Err(stays(error)),
        };
        self.end_tracked(tracked, event, done).await
    }

    /// Carries out what an installed manifest does at its end, and forgets it. Its environment stays. With `force` it is
    /// forgotten also when something fails.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Step`] when something failed: then it stays installed.
    pub async fn uninstall(&self, caller: &Caller, client: &Client, unique_name: &str, force: bool) -> Result<()> {
        caller.require(Right::Operate)?;
        let installation = self.installation(caller, unique_name).await?;
        self.must_be_near(caller, &installation).await?;
        let manifest = Manifest::read("jps", &installation.manifest)?;
        let mut run = self.run_again(caller, client, &manifest, &installation, Map::new()).await?;
        let event = Event::by(caller, client, "marketplace.uninstall", format!("installation:{unique_name}"))
            .with("name", manifest.name.clone())
            .with("environment", run.environment.clone());
        let title = format!("Uninstalling {}", manifest.name);
        let tracked = self.begin_action(caller, &event, title, run.environment.as_deref()).await?;
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

    /// Lets this server go on only with what is installed in an environment that it runs, before anything is done.
    async fn must_be_near(&self, caller: &Caller, installation: &Installation) -> Result<()> {
        match &installation.environment {
            Some((name, _)) => self.environment_here(caller, name).await.map(drop),
            None => Ok(()),
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
        let mut settings = installation.settings.clone();
        settings.extend(more);
        let globals = installation.globals.clone();
        Ok(Run {
            keyrack: self,
            caller,
            client,
            standing: self.standing(caller).await?,
            manifest,
            environment: installation.environment.as_ref().map(|(name, _)| name.clone()),
            nodes: installation.layer.as_deref().map(of_layer),
            scope: Scope::kept(manifest, caller, settings, globals, &self.world)?,
        })
    }

    /// The environment that the manifest makes, checked as far as it can be before it is made.
    fn new_environment(
        &self,
        manifest: &Manifest,
        scope: &Scope,
        request: &InstallRequest,
    ) -> Result<Option<EnvironmentSpec>> {
        if !manifest.makes_environment() {
            return Ok(None);
        }
        let said = |key: &str| -> Result<Option<Value>> {
            manifest.value(key).map(|value| Ok(fill(value, scope, &self.world)?.to_json())).transpose()
        };
        let env = json!({
            "shortdomain": request.environment,
            "displayName": request.display_name.clone().map(Value::from).or(said("displayName")?),
            "region": request.region.clone().map(Value::from).or(said("region")?),
            "ishaenabled": said("ha")?,
            "sslstate": said("ssl")?,
        });
        let nodes = match &request.nodes {
            Some(nodes) => nodes.clone(),
            None => nodes_json(manifest, scope, &self.world)?.to_string(),
        };
        let mut spec = EnvironmentSpec::parse(&env.to_string(), &nodes).map_err(|error| match error {
            Error::Invalid { name, message } if name == "nodes" && request.nodes.is_none() => {
                Error::invalid("jps", message)
            }
            Error::Invalid { message, .. } if message.starts_with("env.shortdomain") => {
                Error::invalid("envName", message)
            }
            Error::Invalid { message, .. } if message.starts_with("env.") => Error::invalid("jps", message),
            other => other,
        })?;
        // It is known before it is made, so that the task can name it.
        spec.name = Some(spec.name.unwrap_or_else(|| self.made_up_name()));
        Ok(Some(spec))
    }

    /// The short name of the environment that is worked on.
    async fn place(
        &self,
        caller: &Caller,
        manifest: &Manifest,
        request: &InstallRequest,
        new: Option<&EnvironmentSpec>,
    ) -> Result<Option<String>> {
        match (new, &request.environment) {
            (Some(spec), _) => Ok(spec.name.clone()),
            (None, Some(name)) => Ok(Some(self.environment_here(caller, name).await?.name)),
            (None, None) if manifest.kind == ManifestType::Update => {
                Err(Error::invalid("envName", "it is required: a manifest of type update changes an environment"))
            }
            (None, None) => Ok(None),
        }
    }

    async fn carry_out(
        &self,
        run: &mut Run<'_>,
        new: Option<EnvironmentSpec>,
        request: &InstallRequest,
        progress: &mut Progress,
    ) -> Result<Flow> {
        if let Some(spec) = new {
            let operation = self.create_environment(run.caller, run.client, spec).await.map_err(in_nodes)?;
            let name = operation.environment.name.clone();
            progress.made = Some(name.clone());
            operation.finished().await.map_err(at("nodes"))?;
            self.dress(run, &name, request).await?;
        }
        if let Some(name) = &run.environment {
            let environment = self.environment(run.caller, name).await?;
            run.scope.set_environment(&environment);
        }
        run.scope.declare_late_globals(run.manifest, &self.world)?;
        run.steps(&run.manifest.on_install).await
    }

    /// Gives a new environment its groups, and its nodes what they are not created with.
    async fn dress(&self, run: &Run<'_>, name: &str, request: &InstallRequest) -> Result<()> {
        let (caller, client) = (run.caller, run.client);
        let said = run.manifest.texts("envGroups");
        let mut groups: Vec<_> = said.iter().map(|group| fill_text(group, &run.scope, &self.world)).collect();
        groups.extend(request.groups.clone());
        if !groups.is_empty() {
            let changed = self.change_groups(caller, client, name, GroupChange::Attach, &groups).await;
            changed.map_err(at("envGroups"))?;
        }
        if request.nodes.is_some() {
            return Ok(());
        }
        let environment = self.environment(caller, name).await?;
        let mut ids: Vec<i64> = environment.nodes().map(|node| node.id.0).collect();
        // Their numbers are in the order of the manifest.
        ids.sort_unstable();
        let mut ids = ids.into_iter();
        for (index, node) in nodes_list(run.manifest).iter().enumerate() {
            let node = fill(node, &run.scope, &self.world)?;
            let count = node.get("count").and_then(Document::scalar).and_then(|count| count.trim().parse().ok());
            let of_it: Vec<i64> = ids.by_ref().take(count.unwrap_or(1)).collect();
            let at = format!("nodes[{index}]");
            if let Some(display) = node.get("displayName").and_then(Document::scalar) {
                for id in &of_it {
                    let named = self.set_node_display_name(caller, client, name, *id, &display).await;
                    named.map_err(self::at(&format!("{at}.displayName")))?;
                }
            }
            if let Some(Document::List(volumes)) = node.get("volumes") {
                let paths: Vec<_> = volumes.iter().filter_map(Document::scalar).collect();
                let added = self.add_volumes(caller, client, name, &NodeChoice::Ids(of_it), &paths).await;
                added.map_err(self::at(&format!("{at}.volumes")))?;
            }
        }
        Ok(())
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
        let undone = match self.delete_environment(caller, client, &name).await {
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

    /// What is told of a success.
    async fn told(&self, run: &mut Run<'_>, unique_name: String, flow: Flow) -> Result<Done> {
        let environment = match &run.environment {
            Some(name) => Some(self.environment(run.caller, name).await?),
            None => None,
        };
        if let Some(environment) = &environment {
            run.scope.set_environment(environment);
        }
        let fill = |text: String| fill_text(&text, &run.scope, &self.world);
        let success_text = match flow {
            Flow::Done(Some(message)) => message,
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

    /// Notes that something begins: for the tasks panel and for the audit log.
    async fn begin_action(
        &self,
        caller: &Caller,
        event: &Event,
        title: String,
        environment: Option<&str>,
    ) -> Result<ActionId> {
        let now = self.world.now();
        let mut tx = self.store.begin().await?;
        audit::append(&mut tx, now, event.clone()).await?;
        let new = NewAction {
            account: caller.account,
            user: Some(caller.user),
            kind: event.action,
            environment: environment.unwrap_or_default(),
            title,
            server: self.server_id(),
        };
        let action = actions::begin(&mut tx, now, new).await?;
        tx.commit().await?;
        Ok(action)
    }

    /// Notes how it ended, and hands that on.
    async fn end_tracked<T>(&self, action: ActionId, event: Event, done: Result<T>) -> Result<T> {
        let now = self.world.now();
        let error = done.as_ref().err().map(Error::without_output);
        let mut tx = self.store.begin().await?;
        if let Some(error) = &error {
            audit::append(&mut tx, now, event.refused(error.clone())).await?;
        }
        actions::end(&mut tx, now, action, error).await?;
        tx.commit().await?;
        done
    }
}

/// The manifest's nodes as CreateEnvironment is told them.
fn nodes_json(manifest: &Manifest, scope: &Scope, world: &World) -> Result<Value> {
    let one = |node: &Document| {
        let Document::Mapping(pairs) = fill(node, scope, world)? else { return Ok(Value::Null) };
        let mut told = json!({ "docker": {} });
        for (key, value) in pairs {
            let (text, value) = (as_text(&value), value.to_json());
            match key.to_lowercase().as_str() {
                "image" => told["docker"]["image"] = text,
                "tag" => told["docker"]["tag"] = text,
                "cloudlets" | "flexiblecloudlets" => told["flexibleCloudlets"] = value,
                "fixedcloudlets" => told["fixedCloudlets"] = value,
                "nodetype" => told["nodeType"] = value,
                "nodegroup" => told["nodeGroup"] = value,
                "count" => told["count"] = value,
                "env" => told["env"] = value,
                "cmd" => told["cmd"] = value,
                _ => {}
            }
        }
        Ok(told)
    };
    nodes_list(manifest).iter().map(one).collect()
}

fn nodes_list(manifest: &Manifest) -> Vec<Document> {
    match manifest.value("nodes") {
        Some(Document::List(items)) => items.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}

/// A layer as a selector.
fn of_layer(layer: &str) -> String {
    format!("nodeGroup: {layer}")
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
        (None, _) => Err(Error::invalid("action", format!("say which action of “{}”: {}", manifest.name, known()))),
    }
}

/// The form with this name.
pub(super) fn form_of<'a>(manifest: &'a Manifest, id: Option<&str>) -> Result<&'a Form> {
    manifest.form(id).ok_or_else(|| {
        let name = id.unwrap_or("main");
        Error::NotFound(format!("“{}” has no settings “{name}”", manifest.name).into())
    })
}

fn at(place: &str) -> impl Fn(Error) -> Error + use<> {
    let place = place.to_owned();
    move |cause| Error::step(place.clone(), cause)
}

/// What the engine refuses of a manifest's nodes before there are any.
fn in_nodes(error: Error) -> Error {
    match error {
        Error::Invalid { name, message } if name == "nodes" => wrong("nodes", message),
        other => other,
    }
}

/// What was done before a failure is not undone where that could harm.
fn stays(error: Error) -> Error {
    match error {
        Error::Step { at, cause, output, .. } => {
            Error::Step { at, cause, output, undone: "; what was done before it stays".into() }
        }
        other => other,
    }
}
