//! Carrying out the steps of a manifest, with the rights of who asked for it: each step is an operation of the domain, which
//! checks the caller's role and writes its own audit entry.

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::document::Document;
use super::manifest::{Manifest, split};
use super::placeholders::{fill, fill_text};
use super::scope::Scope;
use super::steps::{ADDED_NODE, Given, Kind, Step, TARGETS, wrong};
use crate::accounts::Standing;
use crate::caller::{Caller, Client, Right};
use crate::environments::{Environment, FilePlace, GroupChange, NodeChoice, RestartOrder, VariableChange};
use crate::error::{Error, Result};
use crate::keyrack::Keyrack;

/// The longest that one `sleep` takes.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// How much of a failed command's output is told.
const TOLD_OUTPUT: usize = 500;

/// Lines of one `cmd` share a shell, and end with the first that fails.
const NEXT_LINE: &str = "\nkeyrack_status=$?; [ $keyrack_status -eq 0 ] || exit $keyrack_status\n";

/// A manifest being carried out.
pub(super) struct Run<'a> {
    pub keyrack: &'a Keyrack,
    pub caller: &'a Caller,
    pub client: &'a Client,
    /// What held of the caller when it began.
    pub standing: Standing,
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
    /// Whether all steps can be begun: nothing is asked of nodes where nobody said which.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `jps`, naming the first step that cannot.
    pub fn check(&self, steps: &[Step]) -> Result<()> {
        check(self.manifest, steps, self.environment.is_some(), self.nodes.is_some())
    }

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
        self.keyrack.must_still_stand(self.caller, &self.standing, Right::Operate).await?;
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
        let manager = self.keyrack.manager()?;
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
            let environment = self.keyrack.environment(self.caller, name).await?;
            self.scope.set_environment(&environment);
        }
        Ok(())
    }

    /// The steps that change the environment.
    async fn change(&mut self, doing: &Doing<'_>) -> Result<()> {
        let name = self.environment.clone().ok_or_else(|| no_environment(&doing.step.at))?;
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        match doing.step.kind {
            Kind::StartEnv => keyrack.start_environment(caller, client, &name).await?.finished().await,
            Kind::StopEnv => keyrack.stop_environment(caller, client, &name).await?.finished().await,
            Kind::SetEnvDisplayName => {
                keyrack.set_display_name(caller, client, &name, &doing.need("displayName")?).await
            }
            Kind::AttachEnvGroup => self.groups(&name, doing, GroupChange::Attach).await,
            Kind::DetachEnvGroup => self.groups(&name, doing, GroupChange::Detach).await,
            Kind::SetEnvGroup => self.groups(&name, doing, GroupChange::Set).await,
            Kind::ApplyEnvProperty => {
                keyrack.keep_properties(caller, client, &name, &doing.json("properties")?, true).await
            }
            Kind::AddNodes => self.add_nodes(&name, doing).await,
            _ => self.change_nodes(&name, doing).await,
        }
    }

    async fn groups(&self, name: &str, doing: &Doing<'_>, change: GroupChange) -> Result<()> {
        let names = match doing.param("envGroup") {
            Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
            _ => split(&doing.need("envGroup")?),
        };
        self.keyrack.change_groups(self.caller, self.client, name, change, &names).await
    }

    /// The steps that speak of nodes.
    async fn change_nodes(&mut self, name: &str, doing: &Doing<'_>) -> Result<()> {
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        let environment = keyrack.environment(caller, name).await?;
        let choice = doing.choice(&environment)?;
        match doing.step.kind {
            Kind::Cmd => self.execute(name, &choice, doing).await,
            Kind::AddVariables | Kind::SetVariables | Kind::RemoveVariables => {
                let change = variables(doing)?;
                keyrack.change_variables(caller, client, name, &choice, &change).await
            }
            Kind::RestartNodes => {
                let sequential = doing.flag("isSequential")?.unwrap_or(false);
                let delay = Duration::from_secs(doing.number("delay")?.unwrap_or(0).min(600));
                let order = RestartOrder { sequential, delay };
                keyrack.restart_nodes(caller, client, name, choice, order).await?.finished().await
            }
            Kind::SetNodeDisplayName => {
                let display = doing.need("displayName")?;
                for node in ids(&choice) {
                    keyrack.set_node_display_name(caller, client, name, node, &display).await?;
                }
                Ok(())
            }
            Kind::SetNodeCount => {
                let count = doing.number("count")?.ok_or_else(|| wrong("count", "it is required"))?;
                let chosen = ids(&choice);
                let counts = |layer: &str| {
                    let is_chosen = environment.nodes().any(|node| node.group == layer && chosen.contains(&node.id.0));
                    is_chosen.then_some(count)
                };
                self.topology(&environment, counts, Vec::new()).await
            }
            _ => self.work_on_files(name, choice, doing).await,
        }
    }

    async fn execute(&mut self, name: &str, choice: &NodeChoice, doing: &Doing<'_>) -> Result<()> {
        let commands = match doing.param("commandList") {
            Some(list) => list.scalar().unwrap_or_else(|| list.to_json().to_string()),
            None => {
                let lines = match doing.param("commands").or_else(|| doing.param("command")) {
                    Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
                    Some(value) => value.scalar().into_iter().collect::<Vec<_>>(),
                    None => Vec::new(),
                };
                if lines.is_empty() {
                    return Err(Error::invalid("jps", "there is no command"));
                }
                json!([lines.join(NEXT_LINE)]).to_string()
            }
        };
        let say_yes = doing.flag("sayYes")?.unwrap_or(true);
        let outputs = self.keyrack.execute(self.caller, self.client, name, choice, &commands, say_yes).await?;
        let response = |output: &crate::environments::NodeOutput| {
            json!({ "result": 0, "nodeid": output.node, "out": output.out.trim_end(), "errOut": output.err.trim_end(),
                "exitStatus": output.exit_status })
        };
        if let Some(bad) = outputs.iter().find(|output| output.exit_status != 0 || !output.in_time) {
            let said = if bad.err.trim().is_empty() { &bad.out } else { &bad.err };
            let how = match bad.in_time {
                true => format!("exit status {}", bad.exit_status),
                false => "it took too long and was ended".to_owned(),
            };
            return Err(Error::Step {
                at: doing.step.at.clone(),
                cause: Box::new(Error::Engine(format!("node {}: {how}", bad.node))),
                output: format!(": {}", last_part(said.trim())),
                undone: String::new(),
            });
        }
        let all: Vec<_> = outputs.iter().map(response).collect();
        let mut first = all.first().cloned().unwrap_or_else(|| json!({ "result": 0 }));
        first["responses"] = all.into();
        self.scope.set_response(first);
        Ok(())
    }

    async fn work_on_files(&self, name: &str, choice: NodeChoice, doing: &Doing<'_>) -> Result<()> {
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        let place = FilePlace { environment: name.to_owned(), choice, masters_only: false };
        let path = doing.need("path")?;
        let body = || Ok::<_, Error>(doing.text("body")?.unwrap_or_default());
        match doing.step.kind {
            Kind::CreateFile => drop(keyrack.create_file(caller, client, &place, &path, false).await?),
            Kind::CreateDirectory => drop(keyrack.create_file(caller, client, &place, &path, true).await?),
            Kind::WriteFile => drop(keyrack.write_file(caller, client, &place, &path, &body()?, false).await?),
            Kind::AppendFile => drop(keyrack.write_file(caller, client, &place, &path, &body()?, true).await?),
            Kind::ReplaceInFile => {
                let one = |item: &Document| {
                    let text = |key: &str| item.get(key).and_then(Document::scalar);
                    let pattern = text("pattern").ok_or_else(|| Error::invalid("jps", "replacements: no pattern"))?;
                    Ok((pattern, text("replacement").unwrap_or_default()))
                };
                let replacements = match doing.param("replacements") {
                    Some(Document::List(items)) => items.iter().map(one).collect::<Result<Vec<_>>>()?,
                    Some(item) => vec![one(item)?],
                    None => return Err(Error::invalid("jps", "replacements: it is required")),
                };
                for (pattern, replacement) in replacements {
                    keyrack.replace_in_file(caller, client, &place, &path, &pattern, &replacement, None).await?;
                }
            }
            kind => return Err(Error::internal(format!("nobody carries out {kind:?}"))),
        }
        Ok(())
    }

    async fn add_nodes(&self, name: &str, doing: &Doing<'_>) -> Result<()> {
        let environment = self.keyrack.environment(self.caller, name).await?;
        let items = match &doing.params {
            Document::List(items) => items.clone(),
            one => vec![one.clone()],
        };
        let mut counts: Map<String, Value> = Map::new();
        let mut added = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let node = added_node(index, item)?;
            let group = node["nodeGroup"].as_str().unwrap_or("cp").to_lowercase();
            match environment.layers.iter().find(|layer| layer.name == group) {
                Some(layer) => {
                    let known = counts.get(&group).and_then(Value::as_u64).unwrap_or(layer.nodes.len() as u64);
                    counts.insert(group, (known + node["count"].as_u64().unwrap_or(1)).into());
                }
                None => added.push(node),
            }
        }
        let before: Vec<_> = environment.nodes().map(|node| node.id).collect();
        self.topology(&environment, |layer| counts.get(layer).and_then(Value::as_u64), added).await?;
        let after = self.keyrack.environment(self.caller, name).await?;
        for item in &items {
            let text = |key: &str| item.get(key).and_then(Document::scalar);
            let Some(display) = text("displayName") else { continue };
            let group = text("nodeGroup").unwrap_or_else(|| "cp".to_owned());
            let new =
                after.nodes().filter(|node| node.group.eq_ignore_ascii_case(&group) && !before.contains(&node.id));
            for node in new {
                self.keyrack.set_node_display_name(self.caller, self.client, name, node.id.0, &display).await?;
            }
        }
        Ok(())
    }

    /// Gives the environment the layers that it has, some with another count, and more of them.
    async fn topology(
        &self,
        environment: &Environment,
        count: impl Fn(&str) -> Option<u64>,
        more: Vec<Value>,
    ) -> Result<()> {
        let kept =
            environment.layers.iter().map(|layer| json!({ "nodeGroup": layer.name, "count": count(&layer.name) }));
        let nodes = Value::Array(kept.chain(more).collect()).to_string();
        let (keyrack, caller, client) = (self.keyrack, self.caller, self.client);
        keyrack.change_topology(caller, client, &environment.name, "{}", &nodes).await?.finished().await
    }
}

/// One doing of a step, placeholders filled in.
struct Doing<'a> {
    step: &'a Step,
    params: Document,
    selector: Option<String>,
}

impl Doing<'_> {
    fn param(&self, name: &str) -> Option<&Document> {
        self.params.get(name)
    }

    fn text(&self, name: &str) -> Result<Option<String>> {
        match self.param(name) {
            None => Ok(None),
            Some(value) => Ok(Some(value.scalar().unwrap_or_else(|| value.to_json().to_string()))),
        }
    }

    fn need(&self, name: &str) -> Result<String> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| Error::invalid("jps", format!("{name}: it is required")))
    }

    fn flag(&self, name: &str) -> Result<Option<bool>> {
        match self.text(name)?.map(|text| text.to_lowercase()).as_deref() {
            None | Some("") => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Error::invalid("jps", format!("{name}: it has to be true or false"))),
        }
    }

    fn number(&self, name: &str) -> Result<Option<u64>> {
        let wrong = |_| Error::invalid("jps", format!("{name}: it has to be a whole number"));
        self.text(name)?.map(|text| text.trim().parse().map_err(wrong)).transpose()
    }

    /// JSON, as text: written so, or as a mapping or list.
    fn json(&self, name: &str) -> Result<String> {
        match self.param(name) {
            Some(Document::Text(text)) => Ok(text.clone()),
            Some(value) => Ok(value.to_json().to_string()),
            None => Err(Error::invalid("jps", format!("{name}: it is required"))),
        }
    }

    fn map(&self) -> Result<Map<String, Value>> {
        match self.params.to_json() {
            Value::Object(map) => Ok(map),
            _ => Err(Error::invalid("jps", "it has to be a mapping of names to values")),
        }
    }

    fn pause(&self) -> Result<Duration> {
        let pause = Duration::from_millis(self.number("milliseconds")?.unwrap_or(0));
        if pause > LONGEST_SLEEP {
            return Err(Error::invalid("jps", format!("it can be at most {} ms", LONGEST_SLEEP.as_millis())));
        }
        Ok(pause)
    }

    /// The nodes that its parameters name, as a selector.
    fn target(&self) -> Option<String> {
        target(&self.params)
    }

    /// The nodes that it is for.
    fn choice(&self, environment: &Environment) -> Result<NodeChoice> {
        let Some(selector) = &self.selector else { return Err(no_nodes(&self.step.at)) };
        let mut chosen: Vec<i64> = Vec::new();
        for part in split(selector) {
            for node in choice(&part, environment).of(environment)? {
                if !chosen.contains(&node.id.0) {
                    chosen.push(node.id.0);
                }
            }
        }
        Ok(NodeChoice::Ids(chosen))
    }
}

/// The nodes that values name, as a selector.
pub(super) fn target(values: &Document) -> Option<String> {
    TARGETS.iter().find_map(|target| Some(format!("{target}: {}", values.get(target)?.scalar()?)))
}

/// One part of a selector: `*`, a number, a layer, a type, or `nodeGroup: cp`.
fn choice(part: &str, environment: &Environment) -> NodeChoice {
    let (key, value) = part.split_once(':').map_or(("", part), |(key, value)| (key.trim(), value.trim()));
    let is_key = |name: &str| key.eq_ignore_ascii_case(name);
    if is_key("nodeType") {
        return NodeChoice::Type(value.to_owned());
    }
    match value.parse() {
        _ if value == "*" => NodeChoice::All,
        Ok(id) if !is_key("nodeGroup") => NodeChoice::Ids(vec![id]),
        _ => {
            let is_layer = environment.layers.iter().any(|layer| layer.name.eq_ignore_ascii_case(value));
            let is_type = environment
                .nodes()
                .any(|node| node.node_type.eq_ignore_ascii_case(value) || node.image.name.eq_ignore_ascii_case(value));
            if is_layer || !is_type || is_key("nodeGroup") {
                NodeChoice::Group(value.to_owned())
            } else {
                NodeChoice::Type(value.to_owned())
            }
        }
    }
}

fn ids(choice: &NodeChoice) -> Vec<i64> {
    match choice {
        NodeChoice::Ids(ids) => ids.clone(),
        _ => Vec::new(),
    }
}

fn variables(doing: &Doing<'_>) -> Result<VariableChange> {
    let renamed = |error| match error {
        Error::Invalid { message, .. } => Error::invalid("jps", message),
        other => other,
    };
    match doing.step.kind {
        Kind::AddVariables => VariableChange::add("vars", &doing.json("vars")?).map_err(renamed),
        Kind::SetVariables => {
            let given = if doing.param("data").is_some() { doing.json("data") } else { doing.json("vars") };
            VariableChange::set("vars", &given?).map_err(renamed)
        }
        _ => {
            let names = match doing.param("vars") {
                Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
                _ => split(&doing.need("vars")?),
            };
            Ok(VariableChange::Remove(names))
        }
    }
}

/// What `addNodes` says of nodes, as CreateEnvironment is told it.
fn added_node(index: usize, item: &Document) -> Result<Value> {
    let at = format!("[{index}]");
    let Document::Mapping(pairs) = item else { return Err(wrong(&at, "it has to be a mapping")) };
    let mut node = json!({ "docker": {} });
    for (key, value) in pairs {
        match ADDED_NODE.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) {
            Some((_, to @ ("image" | "tag"))) => node["docker"][to] = as_text(value),
            Some((_, to)) => node[to] = value.to_json(),
            // The others were refused when the manifest was read, and displayName is for afterwards.
            None => {}
        }
    }
    let count = item.get("count").and_then(Document::scalar).map_or(Ok(1), |count| count.trim().parse::<u64>());
    let count = count.map_err(|_| wrong(&format!("{at}.count"), "it has to be a whole number"))?;
    node["count"] = count.into();
    Ok(node)
}

/// A text, also where YAML sees a number in it: `tag: 8`.
pub(super) fn as_text(value: &Document) -> Value {
    value.scalar().map_or_else(|| value.to_json(), Value::String)
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

/// Follows the steps without doing them.
fn check(manifest: &Manifest, steps: &[Step], environment: bool, nodes: bool) -> Result<()> {
    for step in steps {
        for given in &step.given {
            let named = match given {
                Given::Params(params) | Given::Whole(Document::Mapping(params)) => {
                    params.iter().any(|(name, _)| TARGETS.iter().any(|target| target.eq_ignore_ascii_case(name)))
                }
                Given::Whole(_) => false,
            };
            let nodes = nodes || named || step.selector.is_some();
            match step.kind {
                Kind::Call => check(manifest, manifest.called(step), environment, nodes)?,
                Kind::Log | Kind::Set | Kind::SetGlobals | Kind::Sleep | Kind::Return => {}
                _ if !environment => return Err(no_environment(&step.at)),
                kind if kind.needs_nodes() && !nodes => return Err(no_nodes(&step.at)),
                _ => {}
            }
        }
    }
    Ok(())
}

fn no_environment(at: &str) -> Error {
    wrong(at, "it needs an environment: say which with envName, or make one with nodes")
}

fn no_nodes(at: &str) -> Error {
    wrong(at, "it has to be told the nodes: nodeId, nodeGroup or nodeType, or [cp] behind the action's name")
}

/// The innermost step is the one that failed.
fn failed(step: &Step, error: Error) -> Error {
    match error {
        step @ Error::Step { .. } => step,
        cause => Error::step(step.at.clone(), cause),
    }
}

fn last_part(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(TOLD_OUTPUT))..]
}
