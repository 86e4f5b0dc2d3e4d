//! A manifest: what it is called, the environment that it makes, and what it does. Everything is read before anything is
//! done; what is not in the subset that this server knows is refused, naming the first of it.

mod check;

use std::collections::HashMap;

use super::document::Document;
use super::form::{Form, Forms};
use super::placeholders;
use super::steps::{self, OwnNames, Step, invalid};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::text::hidden;

const NAME_LIMIT: usize = 200;

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
    /// Where each of them is, by its name in lower case.
    places: HashMap<String, usize>,
    pub forms: Forms,
}

impl Manifest {
    /// Reads a manifest's text.
    ///
    /// # Errors
    /// [`Error::Invalid`], naming the first thing that is not known here with the way to it.
    pub fn read(text: &str) -> Result<Manifest> {
        Manifest::of(Document::read(text)?)
    }

    fn of(document: Document) -> Result<Manifest> {
        let Document::Mapping(pairs) = &document else {
            return Err(Error::invalid(field::App::Manifest, "it has to be a mapping"));
        };
        check::keys(pairs)?;
        pairs.iter().try_for_each(|(key, value)| placeholders::check(key, value))?;
        let kind = document.get("type").or_else(|| document.get("jpsType")).and_then(Document::scalar);
        let kind = match kind.as_deref().map(str::to_lowercase).as_deref() {
            Some("install") => ManifestType::Install,
            Some("update") => ManifestType::Update,
            _ => return Err(invalid("type", "it has to be install or update")),
        };
        let name = document.get("name").and_then(Document::scalar).map(|name| name.trim().to_owned());
        let name = name.filter(|name| !name.is_empty() && name.chars().count() <= NAME_LIMIT && hidden(name).is_none());
        let name = name.ok_or_else(|| {
            invalid("name", format!("it has to be a text of 1 to {NAME_LIMIT} characters that can be seen"))
        })?;
        if document.get("description").is_some_and(says_what_cannot_be_seen) {
            return Err(invalid("description", "it has characters that cannot be seen".to_owned()));
        }
        let own = own_actions(&document)?;
        let mut names = OwnNames::new();
        let mut places = HashMap::new();
        for (place, (name, _)) in own.iter().enumerate() {
            names.entry(name.to_ascii_lowercase()).or_insert_with(|| name.clone());
            places.entry(name.to_ascii_lowercase()).or_insert(place);
        }
        let event =
            |key: &str| document.get(key).map_or_else(|| Ok(Vec::new()), |document| steps::read(key, document, &names));
        let on_install = event("onInstall")?;
        let on_uninstall = event("onUninstall")?;
        let actions = own
            .iter()
            .map(|(name, document)| Ok((name.clone(), steps::read(&format!("actions.{name}"), document, &names)?)))
            .collect::<Result<_>>()?;
        let forms = Forms::read(document.get("settings"))?;
        let manifest = Manifest { kind, name, on_install, on_uninstall, actions, places, forms, document };
        manifest.check()?;
        Ok(manifest)
    }

    /// The steps of an action of its own.
    pub fn action(&self, name: &str) -> Option<&[Step]> {
        let place = self.places.get(&name.to_ascii_lowercase())?;
        Some(&self.actions[*place].1)
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

    /// Texts that are given as one or as a list.
    pub fn texts(&self, key: &str) -> Vec<String> {
        match self.document.get(key) {
            Some(Document::List(items)) => items.iter().filter_map(Document::scalar).collect(),
            Some(value) => value.scalar().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A text that may be given in several languages; English is used.
    pub fn translated(&self, key: &str) -> Option<String> {
        let value = self.document.get(key)?;
        translated(value)
    }

    /// The text for a success, placeholders not filled in.
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

    /// The steps that a step stands for when it calls an action of the manifest's own.
    pub fn called(&self, step: &Step) -> &[Step] {
        if step.kind == steps::Kind::Call { self.action(&step.name).unwrap_or_default() } else { &[] }
    }
}

/// Whether a text, or one of its translations, has a character that has no place in what people read. Lines may end.
fn says_what_cannot_be_seen(document: &Document) -> bool {
    match document {
        Document::Text(text) => text.split(['\n', '\r', '\t']).any(|line| hidden(line).is_some()),
        Document::List(items) => items.iter().any(says_what_cannot_be_seen),
        Document::Mapping(pairs) => pairs.iter().any(|(_, value)| says_what_cannot_be_seen(value)),
        _ => false,
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
                    _ => {
                        return Err(invalid(
                            &format!("actions[{index}]"),
                            "it has to be a mapping of names to actions",
                        ));
                    }
                }
            }
            Ok(pairs)
        }
        Some(_) => Err(invalid("actions", "it has to be a mapping of names to actions")),
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
        Manifest::read(text).map_err(|error| error.to_string())
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
