//! The facts that a node gets about itself, in its environment.

use std::collections::BTreeMap;

/// Set by the engine for every node; everything else was set by the environment's owner.
const GIVEN: [&str; 6] = ["PATH", "HOME", "TMPDIR", "LANG", "PORT", "PWD"];
const PREFIX: &str = "KEYRACK_";

/// The node, as it knows itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    pub environment: String,
    pub node: String,
    pub name: String,
    pub tag: String,
    pub port: u16,
    /// What the environment's owner set.
    pub variables: BTreeMap<String, String>,
}

impl Facts {
    /// Reads this process's environment.
    ///
    /// # Errors
    /// When there is no port in it.
    pub fn of_this_node() -> Result<Facts, String> {
        let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Facts::read(std::env::vars_os().map(|(name, value)| (lossy(name), lossy(value))).collect())
    }

    pub(super) fn read(mut all: BTreeMap<String, String>) -> Result<Facts, String> {
        let port = all.get("PORT").and_then(|port| port.parse().ok());
        let port = port.ok_or("PORT is not set: this is started by the server, as a node")?;
        let mut take = |name: &str| all.remove(&format!("{PREFIX}{name}")).unwrap_or_default();
        let (environment, node, name, tag) = (take("ENVIRONMENT"), take("NODE"), take("IMAGE"), take("TAG"));
        all.retain(|name, _| !GIVEN.contains(&name.as_str()) && !name.starts_with(PREFIX));
        Ok(Facts { environment, node, name, tag, port, variables: all })
    }

    /// `keyrack/web:latest`
    pub fn image(&self) -> String {
        format!("{}:{}", self.name, self.tag)
    }
}
