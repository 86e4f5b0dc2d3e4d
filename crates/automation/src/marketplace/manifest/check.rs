//! What a manifest may say, and what has to fit together in it.

use std::collections::HashMap;

use super::{Manifest, ManifestType};
use crate::marketplace::document::Document;
use crate::marketplace::steps::{Kind, Step, invalid};
use keyrack_core::error::{Error, Result};
use keyrack_core::field;
use keyrack_types::bounds::counts::STEPS;
use keyrack_types::bounds::nesting::CALLS;

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
/// And these, which are reported at the end.
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

/// Whether there is nothing at its top that this server does not know.
pub(super) fn keys(pairs: &[(String, Document)]) -> Result<()> {
    let is_key = |name: &str| KEYS.iter().chain(&TELLING_KEYS).any(|key| key.eq_ignore_ascii_case(name));
    if let Some((key, _)) = pairs.iter().find(|(key, _)| !is_key(key)) {
        let known = KEYS.iter().chain(&TELLING_KEYS).copied().collect::<Vec<_>>().join(", ");
        return Err(invalid(key, format!("this server does not know it; it knows {known}")));
    }
    Ok(())
}

impl Manifest {
    /// Whether what was read makes sense as a whole.
    pub(super) fn check(&self) -> Result<()> {
        self.check_nodes()?;
        self.check_facts()?;
        self.check_calls()
    }

    fn check_nodes(&self) -> Result<()> {
        let nodes = match (self.kind, self.document.get("nodes")) {
            (_, None) => return Ok(()),
            (ManifestType::Update, Some(_)) => {
                return Err(invalid("nodes", "a manifest of type update makes no environment; addNodes adds to one"));
            }
            (ManifestType::Install, Some(nodes)) => nodes,
        };
        let one = |at: &str, node: &Document| {
            let Document::Mapping(pairs) = node else { return Err(invalid(at, "it has to be a mapping")) };
            let is_key = |name: &str| NODE_KEYS.iter().any(|key| key.eq_ignore_ascii_case(name));
            match pairs.iter().find(|(key, _)| !is_key(key)) {
                Some((key, _)) => {
                    let why = format!("this server does not know it; it knows {}", NODE_KEYS.join(", "));
                    Err(invalid(&format!("{at}.{key}"), why))
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
            return Err(Error::invalid(
                field::App::Manifest,
                "it does nothing: it has neither nodes nor onInstall nor success",
            ));
        }
        for key in ["ssl", "ha", "skipNodeEmails"] {
            if !matches!(self.document.get(key), None | Some(Document::Bool(_) | Document::Text(_))) {
                return Err(invalid(key, "it has to be true or false"));
            }
        }
        for key in ["globals", "targetNodes"] {
            if !matches!(self.document.get(key), None | Some(Document::Mapping(_))) {
                return Err(invalid(key, "it has to be a mapping"));
            }
        }
        let Some(buttons) = self.document.get("buttons") else { return Ok(()) };
        let Document::List(buttons) = buttons else { return Err(invalid("buttons", "it has to be a list")) };
        for (index, button) in buttons.iter().enumerate() {
            let action = button.get("action").and_then(Document::scalar);
            if action.is_none_or(|action| self.action(&action).is_none()) {
                return Err(invalid(
                    &format!("buttons[{index}].action"),
                    "it has to name one of the manifest's actions",
                ));
            }
        }
        Ok(())
    }

    /// No action may come to call itself, and none may stand for more than can be done.
    fn check_calls(&self) -> Result<()> {
        let mut events = vec![("onInstall", &self.on_install), ("onUninstall", &self.on_uninstall)];
        events.extend(self.actions.iter().map(|(name, steps)| (name.as_str(), steps)));
        let mut known = HashMap::new();
        for (at, steps) in events {
            self.cost(steps, CALLS, &mut known).map_err(|why| invalid(at, why))?;
        }
        Ok(())
    }

    /// What steps stand for, when they may call so deep; each action is looked at once.
    fn cost(&self, steps: &[Step], depth: usize, known: &mut HashMap<String, Cost>) -> Result<Cost, String> {
        let too_deep = || format!("its actions call each other in a circle, or more than {CALLS} deep");
        let mut cost = Cost { steps: 0, height: 1 };
        for step in steps {
            let mut called = Cost { steps: 0, height: 0 };
            if step.kind == Kind::Call {
                called = match known.get(&step.name) {
                    Some(cost) => *cost,
                    None if depth <= 1 => return Err(too_deep()),
                    None => {
                        let cost = self.cost(self.called(step), depth - 1, known)?;
                        known.insert(step.name.clone(), cost);
                        cost
                    }
                };
            }
            cost.height = cost.height.max(1 + called.height);
            cost.steps = cost.steps.saturating_add(step.arguments.len().saturating_mul(1 + called.steps));
            if cost.steps > STEPS {
                return Err(format!("it stands for more than {STEPS} steps"));
            }
            if cost.height > depth {
                return Err(too_deep());
            }
        }
        Ok(cost)
    }
}

/// What steps stand for.
#[derive(Clone, Copy)]
struct Cost {
    /// Those of the actions that they call included.
    steps: usize,
    /// Calls inside each other.
    height: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, String> {
        Manifest::read(text).map_err(|error| error.to_string())
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
    fn actions_call_each_other_up_to_a_depth_and_in_no_circle() {
        let chain = |length: usize| {
            let calls: String = (1..length).map(|at| format!("  a{at}: a{}\n", at + 1)).collect();
            format!("type: update\nname: a\nonInstall: a1\nactions:\n{calls}  a{length}: {{log: x}}\n")
        };
        assert!(read(&chain(15)).is_ok());
        for length in [16, 5000] {
            assert!(read(&chain(length)).unwrap_err().contains("more than 16 deep"), "{length}");
        }
        // Thousands that stand for hundreds each: every one of them is looked at once.
        let many: String = (0..4000).map(|at| format!("  b{at}: c\n")).collect();
        let text = format!(
            "type: update\nname: a\nonInstall: c\nactions:\n{many}  c: [{}d]\n  d: {{log: x}}\n",
            "d, ".repeat(240)
        );
        assert!(read(&text).is_ok());
    }

    #[test]
    fn what_stands_beside_actions_is_small_since_each_of_them_gets_it() {
        let actions: String = (0..400).map(|at| format!("  cmd [{at}]: ls\n")).collect();
        let text =
            |length: usize| format!("type: update\nname: a\nonInstall:\n  user: {}\n{actions}", "u".repeat(length));
        assert!(read(&text(1000)).is_ok());
        let error = read(&text(100_000)).unwrap_err();
        assert!(error.contains("onInstall.user: it can have 1024 bytes"), "{error}");
    }
}
