//! API methods as everybody may know them, and the named sets they stand in.

use serde::{Deserialize, Serialize};

/// A named set of methods, or [`ApiSet::Custom`] for an own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ApiSet {
    ExtendedAccess,
    IdePlugins,
    Marketplace,
    MavenPlugin,
    Custom,
}

impl ApiSet {
    /// The sets that are prepared; `Custom` is not one of them.
    pub const PREPARED: [ApiSet; 4] =
        [ApiSet::ExtendedAccess, ApiSet::IdePlugins, ApiSet::Marketplace, ApiSet::MavenPlugin];

    /// All choices of the combobox, in its order.
    pub const ALL: [ApiSet; 5] =
        [ApiSet::ExtendedAccess, ApiSet::IdePlugins, ApiSet::Marketplace, ApiSet::MavenPlugin, ApiSet::Custom];

    /// The name people and clients use, for example `IDE Plugins`.
    pub const fn name(self) -> &'static str {
        match self {
            ApiSet::ExtendedAccess => "Extended Access",
            ApiSet::IdePlugins => "IDE Plugins",
            ApiSet::Marketplace => "Marketplace",
            ApiSet::MavenPlugin => "Maven Plugin",
            ApiSet::Custom => "Custom",
        }
    }

    /// The number under which the wire knows the set (`tokenTemplate.id`); `Custom` has 0.
    pub const fn id(self) -> i64 {
        match self {
            ApiSet::Custom => 0,
            ApiSet::ExtendedAccess => 1,
            ApiSet::IdePlugins => 2,
            ApiSet::Marketplace => 3,
            ApiSet::MavenPlugin => 4,
        }
    }

    /// Finds a set by its name in any case, surrounding blanks ignored.
    pub fn by_name(name: &str) -> Option<ApiSet> {
        let name = name.trim();
        ApiSet::ALL.into_iter().find(|set| set.name().eq_ignore_ascii_case(name))
    }
}

/// One API method, as the token dialog and the docs show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodInfo {
    /// The full name, `service.class.Method`, for example `environment.control.StopEnv`.
    pub name: String,
    /// One line on what it does.
    pub summary: String,
    /// The prepared sets that hold it.
    pub sets: Vec<ApiSet>,
}

impl MethodInfo {
    /// `service`, `class` and `Method` of the full name.
    pub fn parts(&self) -> (&str, &str, &str) {
        split_name(&self.name)
    }
}

/// Splits `service.class.Method`; missing parts come back empty.
pub fn split_name(name: &str) -> (&str, &str, &str) {
    let mut parts = name.splitn(3, '.');
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}

/// One method as its documentation page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodDoc {
    pub info: MethodInfo,
    /// Where it is called: `/1.0/environment/control/rest/stopenv`.
    pub path: String,
    pub params: Vec<ParamDoc>,
    /// What a success looks like, as JSON text: `{"result":0}`.
    pub answer: String,
    /// Result codes it may answer besides 0, with their meaning.
    pub codes: Vec<(i64, String)>,
    /// Whether a token may carry it; otherwise only a session may call it.
    pub token_callable: bool,
    /// Whether GET is refused (secrets in the parameters).
    pub post_only: bool,
    /// Whether it can be called without a credential.
    pub public: bool,
}

/// One parameter of a method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamDoc {
    pub name: String,
    /// `text`, `number`, `yes/no`, `date`, `list`, `JSON`.
    pub kind: String,
    pub required: bool,
    /// Whether the example of a call has it.
    pub shown: bool,
    pub help: String,
    pub example: String,
}
