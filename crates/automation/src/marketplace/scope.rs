//! What placeholders stand for while a manifest is carried out.
//!
//! `${env.…}` and `${nodes.…}` are the platform's names, so that the values are built here as the platform's JSON has them.

use serde_json::{Map, Value, json};

use super::document::Document;
use super::manifest::Manifest;
use super::placeholders::{self, Lookup};
use keyrack_core::caller::Caller;
use keyrack_core::error::Result;
use keyrack_core::world::World;
use keyrack_environments::{Environment, Node};
use keyrack_types::bounds::counts::{GLOBALS, KEPT_SETTINGS};

/// The values by their roots; they may be secrets, so they are not printed.
#[derive(Clone)]
pub struct Scope {
    settings: Value,
    globals: Value,
    env: Value,
    nodes: Value,
    user: Value,
    this: Value,
    response: Value,
    base_url: Value,
}

impl Lookup for Scope {
    fn root(&self, name: &str) -> Option<&Value> {
        let value = match name {
            "settings" => &self.settings,
            "globals" => &self.globals,
            "env" => &self.env,
            "nodes" => &self.nodes,
            "user" => &self.user,
            "this" => &self.this,
            "response" => &self.response,
            "baseUrl" => &self.base_url,
            _ => return None,
        };
        Some(value).filter(|value| !value.is_null())
    }
}

impl Scope {
    /// Of a manifest before anything is done. Settings that are not given have their defaults.
    ///
    /// # Errors
    /// [`Error::Invalid`](keyrack_core::Error::Invalid) for values that become too large; so everywhere here.
    pub fn new(manifest: &Manifest, caller: &Caller, given: Map<String, Value>, world: &World) -> Result<Scope> {
        let mut scope = Scope {
            settings: json!({}),
            globals: json!({}),
            env: Value::Null,
            nodes: Value::Null,
            user: json!({ "uid": caller.user, "email": caller.email, "name": caller.email }),
            this: Value::Null,
            response: Value::Null,
            base_url: manifest.text("baseUrl").map_or(Value::Null, Value::String),
        };
        let mut settings = Map::from_iter([("jelastic_email".to_owned(), Value::String(caller.email.clone()))]);
        for (name, default) in manifest.form(None).into_iter().flat_map(|form| form.defaults()) {
            settings.insert(name.to_owned(), placeholders::fill(default, &scope, world)?.to_json());
        }
        settings.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
        scope.settings = Value::Object(settings);
        placeholders::check_kept("settings", &scope.settings, KEPT_SETTINGS)?;
        Ok(scope)
    }

    /// As it was when the manifest was installed.
    pub fn kept(
        manifest: &Manifest,
        caller: &Caller,
        settings: Map<String, Value>,
        globals: Map<String, Value>,
        world: &World,
    ) -> Result<Scope> {
        let mut scope = Scope::new(manifest, caller, settings, world)?;
        scope.globals = Value::Object(globals);
        Ok(scope)
    }

    /// The manifest's globals that do not speak of the environment, in their order.
    pub fn declare_globals(&mut self, manifest: &Manifest, world: &World) -> Result<()> {
        self.declare(manifest, world, |value| !speaks_of_environment(value))
    }

    /// The other globals, once there is an environment.
    pub fn declare_late_globals(&mut self, manifest: &Manifest, world: &World) -> Result<()> {
        self.declare(manifest, world, speaks_of_environment)
    }

    fn declare(&mut self, manifest: &Manifest, world: &World, which: impl Fn(&Document) -> bool) -> Result<()> {
        let Some(Document::Mapping(pairs)) = manifest.value("globals") else { return Ok(()) };
        for (name, value) in pairs.iter().filter(|(_, value)| which(value)) {
            let value = placeholders::fill(value, self, world)?.to_json();
            self.globals[name.as_str()] = value;
            // Each time: the next one may be made of those before.
            placeholders::check_size([&self.globals])?;
        }
        placeholders::check_kept("globals", &self.globals, GLOBALS)
    }

    /// The environment as it is now.
    pub fn set_environment(&mut self, environment: &Environment) {
        self.env = env(environment);
        let mut nodes = Map::new();
        for layer in &environment.layers {
            let list: Vec<_> = layer.nodes.iter().map(node).collect();
            for node in &layer.nodes {
                // Found by their type too.
                let of_type = environment.nodes().filter(|other| other.node_type == node.node_type).map(self::node);
                nodes.entry(node.node_type.clone()).or_insert_with(|| of_type.collect());
            }
            nodes.insert(layer.name.clone(), list.into());
        }
        self.nodes = Value::Object(nodes);
    }

    /// What an action of the manifest's own is given; answers what it was before.
    pub fn replace_this(&mut self, this: Value) -> Value {
        std::mem::replace(&mut self.this, this)
    }

    /// Adds to what the action has.
    pub fn set(&mut self, values: Map<String, Value>) -> Result<()> {
        if !self.this.is_object() {
            self.this = json!({});
        }
        if let Some(this) = self.this.as_object_mut() {
            this.extend(values);
        }
        placeholders::check_size([&self.this])
    }

    /// Adds to the globals.
    pub fn set_globals(&mut self, values: Map<String, Value>) -> Result<()> {
        if let Some(globals) = self.globals.as_object_mut() {
            globals.extend(values);
        }
        placeholders::check_kept("globals", &self.globals, GLOBALS)
    }

    /// What the last step brought.
    pub fn set_response(&mut self, response: Value) {
        self.response = response;
    }

    /// The settings, to be kept.
    pub fn settings(&self) -> Map<String, Value> {
        self.settings.as_object().cloned().unwrap_or_default()
    }

    /// The globals, to be kept.
    pub fn globals(&self) -> Map<String, Value> {
        self.globals.as_object().cloned().unwrap_or_default()
    }
}

fn speaks_of_environment(value: &Document) -> bool {
    let text = value.to_json().to_string();
    ["${env.", "${nodes.", "[env.", "[nodes."].iter().any(|root| text.contains(root))
}

fn env(environment: &Environment) -> Value {
    let name = &environment.name;
    let (ha, ssl) = (environment.settings.ha, environment.settings.ssl);
    let region = environment.settings.region.as_deref().unwrap_or("local");
    json!({
        "appid": environment.appid, "domain": environment.domain(), "protocol": "http", "url": environment.address(),
        "region": region, "hardwareNodeGroup": region, "displayName": environment.display_name,
        "envName": name, "shortdomain": name, "name": name, "status": environment.status.code(),
        "uid": environment.owner, "creatorUid": environment.creator, "ishaenabled": ha, "ha": ha, "ssl": ssl,
        "sslstate": ssl, "isTransferring": false,
    })
}

fn node(node: &Node) -> Value {
    let (host, port, url) = (node.address.host(), node.address.port(), node.address.url());
    json!({
        "id": node.id, "address": host, "intIP": host, "port": port, "url": url, "adminUrl": url,
        "name": node.image.name, "version": node.image.tag, "nodeGroup": node.group, "nodeType": node.node_type,
        "nodemission": node.node_type, "ismaster": node.master, "fixedCloudlets": node.fixed_cloudlets,
        "flexibleCloudlets": node.flexible_cloudlets, "displayName": node.facts.display_name, "osType": "LINUX",
    })
}
