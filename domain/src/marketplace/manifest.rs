//! A manifest: what it is called, the environment that it makes, and what it does. Everything is read before anything is
//! done; what is not in the subset that this server knows is refused, naming the first of it.

use serde_json::{Value, json};

use super::document::Document;
use super::form::{Form, Forms};
use super::placeholders;
use super::steps::{self, Step, wrong};
use crate::error::{Error, Result};
use crate::types::text::is_hidden;

/// The most calls that actions can be inside each other, and the most steps that one event stands for.
const CALL_DEPTH: usize = 16;
const STEP_LIMIT: usize = 500;

const NAME_LIMIT: usize = 200;

/// What a manifest may say at its top.
const KEYS: [&str; 26] = [
    "type",
    "jpsType",
    "name",
    "id",
    "version",
    "jpsVersion",
    "appVersion",
    "description",
    "logo",
    "homepage",
    "categories",
    "baseUrl",
    "settings",
    "globals",
    "nodes",
    "region",
    "displayName",
    "ssl",
    "ha",
    "skipNodeEmails",
    "envGroups",
    "targetNodes",
    "onInstall",
    "onUninstall",
    "actions",
    "buttons",
];
/// And these, which are told when it is done.
const TELLING_KEYS: [&str; 2] = ["success", "startPage"];

/// What a manifest may say of nodes.
const NODE_KEYS: [&str; 13] = [
    "nodeType",
    "nodeGroup",
    "count",
    "cloudlets",
    "flexibleCloudlets",
    "fixedCloudlets",
    "image",
    "tag",
    "env",
    "cmd",
    "displayName",
    "volumes",
    "skipNodeEmails",
];

/// What a manifest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestType {
    /// Makes an environment.
    Install,
    /// An add-on: changes one that is there.
    Update,
}

impl ManifestType {
    /// As manifests and answers write it.
    pub const fn word(self) -> &'static str {
        match self {
            ManifestType::Install => "install",
            ManifestType::Update => "update",
        }
    }
}

/// A manifest that this server can install.
#[derive(Clone, Debug)]
pub struct Manifest {
    pub kind: ManifestType,
    pub name: String,
    document: Document,
    pub on_install: Vec<Step>,
    pub on_uninstall: Vec<Step>,
    /// By name, in the order of the text.
    pub actions: Vec<(String, Vec<Step>)>,
    pub forms: Forms,
}

impl Manifest {
    /// Reads a manifest's text.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `parameter`, naming the first thing that is not known here with the way to it.
    pub fn read(parameter: &'static str, text: &str) -> Result<Manifest> {
        let renamed = |error| match error {
            Error::Invalid { message, .. } => Error::invalid(parameter, message),
            other => other,
        };
        Manifest::of(Document::read(parameter, text)?).map_err(renamed)
    }

    fn of(document: Document) -> Result<Manifest> {
        let Document::Mapping(pairs) = &document else {
            return Err(Error::invalid("jps", "it has to be a mapping"));
        };
        let is_key = |name: &str| KEYS.iter().chain(&TELLING_KEYS).any(|key| key.eq_ignore_ascii_case(name));
        if let Some((key, _)) = pairs.iter().find(|(key, _)| !is_key(key)) {
            let known = KEYS.iter().chain(&TELLING_KEYS).copied().collect::<Vec<_>>().join(", ");
            return Err(wrong(key, format!("this server does not know it; it knows {known}")));
        }
        pairs.iter().try_for_each(|(key, value)| placeholders::check(key, value))?;
        let kind = document.get("type").or_else(|| document.get("jpsType")).and_then(Document::scalar);
        let kind = match kind.as_deref().map(str::to_lowercase).as_deref() {
            Some("install") => ManifestType::Install,
            Some("update") => ManifestType::Update,
            _ => return Err(wrong("type", "it has to be install or update")),
        };
        let name = document.get("name").and_then(Document::scalar).map(|name| name.trim().to_owned());
        let name =
            name.filter(|name| !name.is_empty() && name.chars().count() <= NAME_LIMIT && !name.contains(is_hidden));
        let name = name.ok_or_else(|| wrong("name", format!("it has to be a text of 1 to {NAME_LIMIT} characters")))?;
        let own = own_actions(&document)?;
        let names: Vec<_> = own.iter().map(|(name, _)| name.as_str()).collect();
        let event =
            |key: &str| document.get(key).map_or_else(|| Ok(Vec::new()), |document| steps::read(key, document, &names));
        let on_install = event("onInstall")?;
        let on_uninstall = event("onUninstall")?;
        let actions = own
            .iter()
            .map(|(name, document)| Ok((name.clone(), steps::read(&format!("actions.{name}"), document, &names)?)))
            .collect::<Result<_>>()?;
        let forms = Forms::read(document.get("settings"))?;
        let manifest = Manifest { kind, name, on_install, on_uninstall, actions, forms, document };
        manifest.check_nodes()?;
        manifest.check_facts()?;
        manifest.check_calls()?;
        Ok(manifest)
    }

    /// The steps of an action of its own.
    pub fn action(&self, name: &str) -> Option<&[Step]> {
        let found = self.actions.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, steps)| steps.as_slice())
    }

    /// Whether it makes an environment.
    pub fn makes_environment(&self) -> bool {
        self.kind == ManifestType::Install && self.document.get("nodes").is_some()
    }

    /// A value as it stands there, placeholders not filled in.
    pub fn value(&self, key: &str) -> Option<&Document> {
        self.document.get(key)
    }

    /// A text as it stands there.
    pub fn text(&self, key: &str) -> Option<String> {
        self.document.get(key).and_then(Document::scalar)
    }

    /// Texts that are told as one or as a list.
    pub fn texts(&self, key: &str) -> Vec<String> {
        match self.document.get(key) {
            Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
            Some(value) => value.scalar().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A text that may be told in several languages; English counts.
    pub fn translated(&self, key: &str) -> Option<String> {
        let value = self.document.get(key)?;
        translated(value)
    }

    /// The text that is told when it is done, placeholders not filled in.
    pub fn success(&self) -> Option<String> {
        let success = self.document.get("success")?;
        translated(success)
    }

    /// The layers that an add-on is for; none = any.
    pub fn layers(&self) -> Vec<String> {
        let Some(target) = self.document.get("targetNodes") else { return Vec::new() };
        match target.get("nodeGroup") {
            Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
            Some(value) => value.scalar().into_iter().flat_map(|text| split(&text)).collect(),
            None => Vec::new(),
        }
    }

    /// The form with this name, or the only one.
    pub fn form(&self, id: Option<&str>) -> Option<&Form> {
        self.forms.form(id)
    }

    /// What catalogues tell of it.
    pub fn facts(&self) -> Value {
        let buttons = self.document.get("buttons").map(Document::to_json);
        json!({
            "type": self.kind.word(),
            "name": self.name,
            "version": self.text("version"),
            "appVersion": self.text("appVersion"),
            "description": self.translated("description"),
            "logo": self.text("logo"),
            "homepage": self.text("homepage"),
            "categories": self.texts("categories"),
            "baseUrl": self.text("baseUrl"),
            "targetNodes": self.document.get("targetNodes").map(Document::to_json),
            "actions": self.actions.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            "buttons": buttons,
        })
    }

    fn check_nodes(&self) -> Result<()> {
        let nodes = match (self.kind, self.document.get("nodes")) {
            (_, None) => return Ok(()),
            (ManifestType::Update, Some(_)) => {
                return Err(wrong("nodes", "a manifest of type update makes no environment; addNodes adds to one"));
            }
            (ManifestType::Install, Some(nodes)) => nodes,
        };
        let one = |at: &str, node: &Document| {
            let Document::Mapping(pairs) = node else { return Err(wrong(at, "it has to be a mapping")) };
            let is_key = |name: &str| NODE_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name));
            match pairs.iter().find(|(key, _)| !is_key(key)) {
                Some((key, _)) => {
                    let why = format!("this server does not know it; it knows {}", NODE_KEYS.join(", "));
                    Err(wrong(&format!("{at}.{key}"), why))
                }
                None => Ok(()),
            }
        };
        match nodes {
            Document::List(items) if !items.is_empty() => {
                items.iter().enumerate().try_for_each(|(index, node)| one(&format!("nodes[{index}]"), node))
            }
            node => one("nodes", node),
        }
    }

    fn check_facts(&self) -> Result<()> {
        let does_nothing = !self.makes_environment() && self.on_install.is_empty() && self.success().is_none();
        if does_nothing {
            return Err(Error::invalid("jps", "it does nothing: it has neither nodes nor onInstall nor success"));
        }
        for key in ["ssl", "ha", "skipNodeEmails"] {
            if !matches!(self.document.get(key), None | Some(Document::Bool(_) | Document::Text(_))) {
                return Err(wrong(key, "it has to be true or false"));
            }
        }
        for key in ["globals", "targetNodes"] {
            if !matches!(self.document.get(key), None | Some(Document::Mapping(_))) {
                return Err(wrong(key, "it has to be a mapping"));
            }
        }
        let Some(buttons) = self.document.get("buttons") else { return Ok(()) };
        let Document::List(buttons) = buttons else { return Err(wrong("buttons", "it has to be a list")) };
        for (index, button) in buttons.iter().enumerate() {
            let action = button.get("action").and_then(Document::scalar);
            if action.is_none_or(|action| self.action(&action).is_none()) {
                return Err(wrong(&format!("buttons[{index}].action"), "it has to name one of the manifest's actions"));
            }
        }
        Ok(())
    }

    /// No action may come to call itself, and none may stand for more than can be done.
    fn check_calls(&self) -> Result<()> {
        let mut events = vec![("onInstall", &self.on_install), ("onUninstall", &self.on_uninstall)];
        events.extend(self.actions.iter().map(|(name, steps)| (name.as_str(), steps)));
        for (at, steps) in events {
            let mut left = STEP_LIMIT;
            self.count(steps, CALL_DEPTH, &mut left).map_err(|why| wrong(at, why))?;
        }
        Ok(())
    }

    fn count(&self, steps: &[Step], depth: usize, left: &mut usize) -> Result<(), &'static str> {
        if depth == 0 {
            return Err("its actions call each other in a circle, or more than 16 deep");
        }
        for step in steps {
            for _ in &step.given {
                *left = left.checked_sub(1).ok_or("it stands for more than 500 steps")?;
                self.count(self.called(step), depth - 1, left)?;
            }
        }
        Ok(())
    }

    /// The steps that a step stands for when it calls an action of the manifest's own.
    pub fn called(&self, step: &Step) -> &[Step] {
        if step.kind == steps::Kind::Call { self.action(&step.name).unwrap_or_default() } else { &[] }
    }
}

fn own_actions(document: &Document) -> Result<Vec<(String, Document)>> {
    match document.get("actions") {
        None => Ok(Vec::new()),
        Some(Document::Mapping(pairs)) => Ok(pairs.clone()),
        Some(Document::List(items)) => {
            let mut pairs = Vec::new();
            for (index, item) in items.iter().enumerate() {
                match item {
                    Document::Mapping(more) => pairs.extend(more.clone()),
                    _ => return Err(wrong(&format!("actions[{index}]"), "it has to be a mapping of names to actions")),
                }
            }
            Ok(pairs)
        }
        Some(_) => Err(wrong("actions", "it has to be a mapping of names to actions")),
    }
}

fn translated(value: &Document) -> Option<String> {
    value.scalar().or_else(|| translated(value.get("text").or_else(|| value.get("en"))?))
}

/// The parts of a list in one text.
pub fn split(text: &str) -> Vec<String> {
    text.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, String> {
        Manifest::read("jps", text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_thing_that_is_not_known_is_named() {
        for (text, place) in [
            ("name: a\nonInstall: {log: a}", "type:"),
            ("type: install\nonInstall: {log: a}", "name:"),
            ("type: install\nname: a", "it does nothing"),
            ("type: install\nname: a\nmixins: []\nonInstall: {log: a}", "mixins:"),
            ("type: install\nname: a\nonAfterScaleOut: {log: a}", "onAfterScaleOut:"),
            ("type: install\nname: a\nnodes: {image: x, extip: true}", "nodes.extip:"),
            ("type: install\nname: a\nnodes: [{image: x}, {links: a}]", "nodes[1].links:"),
            ("type: update\nname: a\nnodes: {image: x}", "nodes:"),
            ("type: update\nname: a\nonInstall: a\nactions: {a: b, b: a}", "onInstall: its actions call"),
            ("type: update\nname: a\nonInstall: {log: a}\nactions: {b: {script: x}}", "actions.b.script:"),
            ("type: update\nname: a\nonInstall: {log: a}\nbuttons: [{action: nosuch}]", "buttons[0].action:"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with(place), "{text}: {error}");
        }
    }

    #[test]
    fn actions_that_double_each_other_are_too_many() {
        let mut text = "type: update\nname: a\nonInstall: a0\nactions:\n".to_owned();
        for level in 0..10 {
            text.push_str(&format!("  a{level}: [a{0}, a{0}]\n", level + 1));
        }
        text.push_str("  a10: {log: x}\n");
        assert!(read(&text).unwrap_err().contains("500"));
    }

    #[test]
    fn facts_are_read_in_their_forms() {
        let manifest = read(
            "jpsType: Update\nname: A\ncategories: [apps/dev]\ndescription: {text: {en: Hello}}\nsuccess: {email: false, text: Done}\n\
             targetNodes: {nodeGroup: [cp, bl]}\nactions: {Go: {log: x}}",
        )
        .unwrap();
        assert_eq!(manifest.translated("description").as_deref(), Some("Hello"));
        assert_eq!((manifest.success().as_deref(), manifest.layers()), (Some("Done"), vec!["cp".into(), "bl".into()]));
        assert!(manifest.action("go").is_some() && manifest.kind == ManifestType::Update);
    }
}
