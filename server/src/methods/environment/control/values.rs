//! Parameters that several methods of this class share.

use keyrack_domain::engine::RegistryLogin;
use keyrack_wire::Secret;
use schemars::JsonSchema;
use serde::Deserialize;

/// A tag of the image, as GetContainerNodeTags lists them.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"2")]
pub struct Tag(pub String);

/// How to sign in to a registry, when both parts of it are said.
pub fn registry_login(login: Option<String>, password: Option<Secret>) -> Option<RegistryLogin> {
    login.zip(password).map(|(user, password)| RegistryLogin { user, password: password.into_inner() })
}

/// Whether what is in the volumes stays, true when absent; all other files stay.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = true)]
pub struct KeepVolumes(pub bool);

impl Default for KeepVolumes {
    fn default() -> KeepVolumes {
        KeepVolumes(true)
    }
}

/// The folder, from the folder of the node on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"/data")]
pub struct VolumePath(pub String);

/// The folders, from the folder of the node on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"/data")]
pub struct VolumePaths(pub Vec<String>);

/// The log, as GetLogs lists it; folders in front are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"output.log")]
pub struct LogPath(String);

impl LogPath {
    /// The name without the folders.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// How many it has for certain, 512 at most.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 1)]
pub struct FixedCloudlets(pub i64);

/// How many it has at most; one is 128 MiB of memory for each process.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 4)]
pub struct FlexibleCloudlets(pub i64);

/// A text for a shell, or a JSON list of words; nothing takes it back.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"sleep 60")]
pub struct CommandLine(pub String);
