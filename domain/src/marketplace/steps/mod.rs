//! The steps of a manifest: what each of them is.

mod forms;
mod read;

use std::collections::HashMap;

pub use self::forms::ADDED_NODE;
pub use self::read::read;
use super::document::Document;
use crate::error::Error;

/// Something that a manifest does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Log,
    Cmd,
    CreateFile,
    CreateDirectory,
    WriteFile,
    AppendFile,
    ReplaceInFile,
    AddNodes,
    SetNodeCount,
    SetNodeDisplayName,
    RestartNodes,
    SetGlobals,
    Set,
    Sleep,
    Return,
    AddVariables,
    SetVariables,
    RemoveVariables,
    StartEnv,
    StopEnv,
    SetEnvDisplayName,
    AttachEnvGroup,
    DetachEnvGroup,
    SetEnvGroup,
    ApplyEnvProperty,
    /// An action of the manifest's own.
    Call,
}

/// One step with all that it is given, placeholders not yet filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it stands: `onInstall[2].cmd [cp]`.
    pub at: String,
    pub kind: Kind,
    /// Of [`Kind::Call`]: the action's name.
    pub name: String,
    /// On which nodes, as it stands between the brackets.
    pub selector: Option<String>,
    /// What it is given; several when it is done several times.
    pub given: Vec<Given>,
}

/// The parameters of one doing, by name.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Params(Vec<(String, Document)>),
    /// Of [`Kind::Call`], [`Kind::Set`], [`Kind::Return`] and the like: whatever stands there.
    Whole(Document),
}

/// The names of a manifest's own actions: in lower case, and as they are written there.
pub type OwnNames = HashMap<String, String>;

/// How nodes are named beside an action.
pub const TARGETS: [&str; 3] = ["nodeId", "nodeGroup", "nodeType"];

/// A refusal of what stands there.
pub fn wrong(at: &str, why: impl std::fmt::Display) -> Error {
    Error::invalid("jps", format!("{at}: {why}"))
}
