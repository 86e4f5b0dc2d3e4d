//! Which actions there are: their names, and what each of them takes.

use super::Kind;

/// What is known of a kind of action.
pub(super) struct Form {
    pub kind: Kind,
    /// In the platform's spelling; the first is its own.
    pub names: &'static [&'static str],
    /// The parameter that a bare value stands for; none when the value is taken as a whole.
    pub default: Option<&'static str>,
    pub params: &'static [&'static str],
    /// Whether it requires nodes.
    pub nodes: bool,
}

const fn form(
    kind: Kind,
    names: &'static [&'static str],
    default: &'static str,
    params: &'static [&'static str],
    nodes: bool,
) -> Form {
    Form { kind, names, default: Some(default), params, nodes }
}

const fn whole(kind: Kind, names: &'static [&'static str]) -> Form {
    Form { kind, names, default: None, params: &[], nodes: false }
}

const FORMS: &[Form] = &[
    form(Kind::Log, &["log"], "message", &["message"], false),
    form(Kind::Cmd, &["cmd", "executeShellCommands"], "commands", &["commands", "command", "sayYes", "user"], true),
    form(Kind::CreateFile, &["createFile"], "path", &["path"], true),
    form(Kind::CreateDirectory, &["createDirectory"], "path", &["path"], true),
    form(Kind::WriteFile, &["writeFile"], "path", &["path", "body"], true),
    form(Kind::AppendFile, &["appendFile"], "path", &["path", "body"], true),
    form(Kind::ReplaceInFile, &["replaceInFile"], "path", &["path", "replacements"], true),
    whole(Kind::AddNodes, &["addNodes"]),
    form(Kind::SetNodeCount, &["setNodeCount"], "count", &["count"], true),
    form(Kind::SetNodeDisplayName, &["setNodeDisplayName"], "displayName", &["displayName"], true),
    form(
        Kind::RestartNodes,
        &["restartNodes", "restartNode", "restartServices", "restartService", "restartContainers", "restartContainer"],
        "nodeGroup",
        &["reboot", "isSequential", "delay"],
        true,
    ),
    whole(Kind::SetGlobals, &["setGlobals"]),
    whole(Kind::Set, &["set"]),
    form(Kind::Sleep, &["sleep"], "milliseconds", &["milliseconds"], false),
    whole(Kind::Return, &["return"]),
];

/// Methods of `environment.control` that are actions too, on the manifest's own environment.
const METHODS: &[Form] = &[
    form(Kind::AddVariables, &["AddContainerEnvVars"], "vars", &["vars"], true),
    form(Kind::SetVariables, &["SetContainerEnvVars"], "vars", &["vars"], true),
    form(Kind::SetVariables, &["SetContainerEnvVarsByGroup"], "data", &["data"], true),
    form(Kind::RemoveVariables, &["RemoveContainerEnvVars"], "vars", &["vars"], true),
    form(Kind::RestartNodes, &["RestartNodes"], "nodeGroup", &["isSequential", "delay"], true),
    form(Kind::Cmd, &["ExecCmdById", "ExecCmdByGroup"], "commandList", &["commandList", "sayYes"], true),
    form(Kind::SetNodeDisplayName, &["SetNodeDisplayName"], "displayName", &["displayName"], true),
    form(Kind::StartEnv, &["StartEnv"], "-", &[], false),
    form(Kind::StopEnv, &["StopEnv"], "-", &[], false),
    form(Kind::SetEnvDisplayName, &["SetEnvDisplayName"], "displayName", &["displayName"], false),
    form(Kind::AttachEnvGroup, &["AttachEnvGroup"], "envGroup", &["envGroup"], false),
    form(Kind::DetachEnvGroup, &["DetachEnvGroup"], "envGroup", &["envGroup"], false),
    form(Kind::SetEnvGroup, &["SetEnvGroup"], "envGroup", &["envGroup"], false),
    form(Kind::ApplyEnvProperty, &["ApplyEnvProperty"], "properties", &["properties"], false),
];

/// What `addNodes` says of nodes, and what CreateEnvironment calls it.
pub const ADDED_NODE: [(&str, &str); 14] = [
    ("nodeType", "nodeType"),
    ("nodeGroup", "nodeGroup"),
    ("count", "count"),
    ("fixedCloudlets", "fixedCloudlets"),
    ("flexibleCloudlets", "flexibleCloudlets"),
    ("cloudlets", "flexibleCloudlets"),
    ("dockerName", "image"),
    ("image", "image"),
    ("dockerTag", "tag"),
    ("tag", "tag"),
    ("dockerEnvVars", "env"),
    ("env", "env"),
    ("dockerRunCmd", "cmd"),
    ("cmd", "cmd"),
];

/// How clients begin the full name of a method.
const METHOD_PREFIXES: [&str; 2] = ["environment.control.", "env.control."];

impl Kind {
    /// Whether it requires nodes.
    pub fn needs_nodes(self) -> bool {
        FORMS.iter().chain(METHODS).any(|form| form.kind == self && form.nodes)
    }
}

/// The names of all actions, for who wrote one that there is not.
pub(super) fn known() -> String {
    let actions = FORMS.iter().map(|form| form.names[0].to_owned());
    let methods = METHODS.iter().flat_map(|form| form.names).map(|name| format!("environment.control.{name}"));
    actions.chain(["api".to_owned()]).chain(methods).collect::<Vec<_>>().join(", ")
}

/// The action with this name, or the method.
pub(super) fn find(name: &str) -> Option<&'static Form> {
    let called = |form: &&Form| form.names.iter().any(|known| known.eq_ignore_ascii_case(name));
    FORMS.iter().find(called).or_else(|| find_method(name))
}

/// The method with this full name.
pub(super) fn find_method(name: &str) -> Option<&'static Form> {
    let name = without_prefix(name).to_ascii_lowercase();
    let method = METHOD_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))?;
    METHODS.iter().find(|form| form.names.iter().any(|known| known.eq_ignore_ascii_case(method)))
}

/// Scripts write `jelastic.environment.…` and `api.environment.…` too.
pub(super) fn without_prefix(name: &str) -> &str {
    name.strip_prefix("jelastic.").or_else(|| name.strip_prefix("api.")).unwrap_or(name)
}
