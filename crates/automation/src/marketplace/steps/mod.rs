//! The steps of a manifest: what each of them is.

mod forms;
mod read;

use std::collections::HashMap;

pub use self::forms::ADDED_NODE;
pub use self::read::read;
use super::document::Document;
use keyrack_core::error::Error;
use keyrack_core::field;

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

/// One step with its arguments, placeholders not yet filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it stands: `onInstall[2].cmd [cp]`.
    pub at: String,
    pub kind: Kind,
    /// Of [`Kind::Call`]: the action's name.
    pub name: String,
    /// On which nodes, as it stands between the brackets.
    pub selector: Option<String>,
    /// The arguments of each invocation.
    pub arguments: Vec<Arguments>,
}

/// The arguments of one invocation, by name.
#[derive(Clone, Debug, PartialEq)]
pub enum Arguments {
    Params(Vec<(String, Document)>),
    /// Of [`Kind::Call`], [`Kind::Set`], [`Kind::Return`] and the like: whatever stands there.
    Whole(Document),
}

/// The names of a manifest's own actions: in lower case, and as they are written there.
pub type OwnNames = HashMap<String, String>;

/// How nodes are named beside an action.
pub const TARGETS: [&str; 3] = ["nodeId", "nodeGroup", "nodeType"];

/// A refusal of the value at this path.
pub fn invalid(at: &str, why: impl std::fmt::Display) -> Error {
    Error::invalid(field::App::Manifest, format!("{at}: {why}"))
}
