//! Reading the steps of a manifest, so that an unknown one is named before anything is done.

use super::forms::{Form, find, find_method, known, without_prefix};
use super::{ADDED_NODE, Arguments, Kind, OwnNames, Step, TARGETS, invalid};
use crate::marketplace::document::Document;
use keyrack_core::error::{Error, Result};
use keyrack_types::bounds::counts::BESIDE as BESIDE_SIZE;

/// What may stand beside actions for all of them.
const BESIDE: [&str; 7] = ["nodeId", "nodeGroup", "nodeType", "sayYes", "isSequential", "delay", "user"];

/// Reads the steps of an event or of an action of the manifest's own; `own` are the names of the latter.
///
/// # Errors
/// [`Error::Invalid`] that names the first thing that is not known, with the way to it.
pub fn read(at: &str, document: &Document, own: &OwnNames) -> Result<Vec<Step>> {
    match document {
        Document::Null => Ok(Vec::new()),
        Document::Text(text) => Ok(vec![step(at, text, None, &[], own)?]),
        Document::Mapping(pairs) => mapping(at, pairs, own),
        Document::List(items) => {
            let mut steps = Vec::new();
            for (index, item) in items.iter().enumerate() {
                let at = format!("{at}[{index}]");
                match item {
                    Document::List(_) => return Err(invalid(&at, "it has to be an action, not a list")),
                    item => steps.extend(read(&at, item, own)?),
                }
            }
            Ok(steps)
        }
        _ => Err(invalid(at, "it has to be an action, or a list of actions")),
    }
}

fn mapping(at: &str, pairs: &[(String, Document)], own: &OwnNames) -> Result<Vec<Step>> {
    let is_beside = |name: &str| BESIDE.iter().any(|beside| beside.eq_ignore_ascii_case(name));
    let beside: Vec<_> = pairs.iter().filter(|(name, _)| is_beside(name)).cloned().collect();
    if let Some((name, value)) = beside.iter().find(|(_, value)| value.to_json().to_string().len() > BESIDE_SIZE) {
        let length = value.to_json().to_string().len();
        return Err(invalid(&format!("{at}.{name}"), format!("it can have {BESIDE_SIZE} bytes; this has {length}")));
    }
    let actions = pairs.iter().filter(|(name, _)| !is_beside(name));
    let steps: Vec<_> = actions.map(|(key, value)| step(at, key, Some(value), &beside, own)).collect::<Result<_>>()?;
    if steps.is_empty() && !beside.is_empty() {
        return Err(invalid(at, "there are parameters, but no action"));
    }
    Ok(steps)
}

/// One action: its key, `cmd [cp]` for example, and its value.
fn step(at: &str, key: &str, value: Option<&Document>, beside: &[(String, Document)], own: &OwnNames) -> Result<Step> {
    let at = format!("{at}.{key}");
    let (name, selector) = split_key(key);
    let selector = selector.map_err(|()| unknown(&at, key))?;
    let value = value.unwrap_or(&Document::Null);
    if let Some(own) = own.get(&name.to_ascii_lowercase()) {
        let arguments = match value {
            Document::List(items) => items.iter().cloned().map(Arguments::Whole).collect(),
            value => vec![Arguments::Whole(value.clone())],
        };
        let selector = selector.or_else(|| beside_selector(beside));
        return Ok(Step { at, kind: Kind::Call, name: own.clone(), selector, arguments });
    }
    if without_prefix(name).eq_ignore_ascii_case("api") {
        return api(&at, value, selector, beside);
    }
    let form = find(name).ok_or_else(|| unknown(&at, name))?;
    if form.kind == Kind::AddNodes {
        check_added(&at, value)?;
    }
    let arguments = arguments(&at, form, value, beside)?;
    Ok(Step { at, kind: form.kind, name: form.names[0].to_owned(), selector, arguments })
}

/// Whether `addNodes` says only what is known.
fn check_added(at: &str, value: &Document) -> Result<()> {
    let is_known = |key: &str| {
        key.eq_ignore_ascii_case("displayName") || ADDED_NODE.iter().any(|(known, _)| known.eq_ignore_ascii_case(key))
    };
    let one = |at: &str, node: &Document| match node {
        Document::Mapping(pairs) => match pairs.iter().find(|(key, _)| !is_known(key)) {
            Some((key, _)) => Err(invalid(&format!("{at}.{key}"), "addNodes has no such parameter")),
            None => Ok(()),
        },
        _ => Err(invalid(at, "it has to be a mapping of what the nodes are")),
    };
    match value {
        Document::List(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| one(&format!("{at}[{index}]"), item))
        }
        value => one(at, value),
    }
}

/// `api: METHOD`, or `api: { method: METHOD, params: … }`.
fn api(at: &str, value: &Document, selector: Option<String>, beside: &[(String, Document)]) -> Result<Step> {
    let (method, params) = match value {
        Document::Text(method) => (method.clone(), &Document::Null),
        Document::Mapping(pairs) => {
            if let Some((key, _)) = pairs.iter().find(|(key, _)| !["method", "params"].contains(&key.as_str())) {
                return Err(invalid(&format!("{at}.{key}"), "api takes method and params"));
            }
            let method = value.get("method").and_then(Document::scalar);
            let method = method.ok_or_else(|| invalid(&format!("{at}.method"), "it has to name a method"))?;
            (method, value.get("params").unwrap_or(&Document::Null))
        }
        _ => return Err(invalid(at, "it has to be a method, or a mapping of method and params")),
    };
    let form = find_method(&method).ok_or_else(|| unknown(at, &method))?;
    let arguments = arguments(at, form, params, beside)?;
    Ok(Step { at: at.to_owned(), kind: form.kind, name: form.names[0].to_owned(), selector, arguments })
}

fn arguments(at: &str, form: &Form, value: &Document, beside: &[(String, Document)]) -> Result<Vec<Arguments>> {
    let Some(default) = form.default else {
        return Ok(vec![Arguments::Whole(value.clone())]);
    };
    let one = |at: &str, value: &Document| -> Result<Arguments> {
        let mut params = match value {
            Document::Null => Vec::new(),
            Document::Mapping(pairs) => pairs.clone(),
            value => vec![(default.to_owned(), value.clone())],
        };
        let is_known = |name: &str| {
            let of_nodes = form.nodes && TARGETS.iter().any(|target| target.eq_ignore_ascii_case(name));
            of_nodes || form.params.iter().any(|param| param.eq_ignore_ascii_case(name))
        };
        // `vars: { A: 1 }` may be given without its name, where its own names are no parameters.
        let is_map = matches!(default, "vars" | "data" | "properties");
        if is_map && !params.is_empty() && !params.iter().any(|(name, _)| is_known(name)) {
            params = vec![(default.to_owned(), Document::Mapping(params))];
        }
        if let Some((name, _)) = params.iter().find(|(name, _)| !is_known(name)) {
            return Err(invalid(&format!("{at}.{name}"), format!("{} has no such parameter", form.names[0])));
        }
        for (name, value) in beside.iter().filter(|(name, _)| is_known(name)) {
            if !params.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
                params.push((name.clone(), value.clone()));
            }
        }
        Ok(Arguments::Params(params))
    };
    match value {
        // The lines of one command list; of other actions, each item is one doing.
        Document::List(items)
            if form.kind == Kind::Cmd && items.iter().all(|item| item.scalar().is_some())
                || matches!(default, "vars" | "commandList") =>
        {
            Ok(vec![one(at, value)?])
        }
        Document::List(items) => {
            items.iter().enumerate().map(|(index, item)| one(&format!("{at}[{index}]"), item)).collect()
        }
        value => Ok(vec![one(at, value)?]),
    }
}

/// The nodes that stand beside a call of an action of the manifest's own, as a selector.
fn beside_selector(beside: &[(String, Document)]) -> Option<String> {
    beside.iter().find_map(|(name, value)| {
        let target = TARGETS.iter().find(|target| target.eq_ignore_ascii_case(name))?;
        Some(format!("{target}: {}", value.scalar()?))
    })
}

/// `cmd [cp, 12]` is `cmd` on `cp, 12`.
fn split_key(key: &str) -> (&str, Result<Option<String>, ()>) {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let end = key.find(|c| !is_of_name(c)).unwrap_or(key.len());
    let (name, rest) = key.split_at(end);
    let rest = rest.trim();
    let selector = match rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        _ if rest.is_empty() => Ok(None),
        Some(inside) => Ok(Some(inside.trim().to_owned())),
        None => Err(()),
    };
    (name, selector)
}

fn unknown(at: &str, name: &str) -> Error {
    invalid(at, format!("this server does not know the action “{name}”; it knows {}", known()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Result<Vec<Step>, String> {
        let document = Document::read(text).unwrap();
        let own = OwnNames::from([("greet".to_owned(), "greet".to_owned())]);
        read("onInstall", document.get("onInstall").unwrap(), &own).map_err(|error| error.to_string())
    }

    fn text(text: &str) -> Document {
        Document::Text(text.into())
    }

    #[test]
    fn actions_are_read_in_all_their_forms() {
        let steps = steps(
            "onInstall:\n- log: hi\n- cmd [cp, 12]:\n  - a\n  - b\n  sayYes: false\n- greet\n- greet [cp]: [x, y]\n\
             - restartNodes [cp]\n- writeFile:\n  - {path: a, body: b, nodeGroup: cp}\n  - {path: c, body: d, nodeId: 1}\n\
             - env.control.AddContainerEnvVars [cp]:\n    vars: {A: 1}\n- api [cp]: api.environment.control.RestartNodes\n\
             - SETNODECOUNT: 2\n  nodeGroup: cp\n",
        )
        .unwrap();
        let kinds: Vec<_> =
            steps.iter().map(|step| (step.kind, step.selector.as_deref(), step.arguments.len())).collect();
        assert_eq!(
            kinds,
            [
                (Kind::Log, None, 1),
                (Kind::Cmd, Some("cp, 12"), 1),
                (Kind::Call, None, 1),
                (Kind::Call, Some("cp"), 2),
                (Kind::RestartNodes, Some("cp"), 1),
                (Kind::WriteFile, None, 2),
                (Kind::AddVariables, Some("cp"), 1),
                (Kind::RestartNodes, Some("cp"), 1),
                (Kind::SetNodeCount, None, 1),
            ]
        );
        let commands = Document::List(vec![text("a"), text("b")]);
        let cmd = vec![("commands".into(), commands), ("sayYes".into(), Document::Bool(false))];
        assert_eq!(steps[1].arguments, [Arguments::Params(cmd)]);
        assert_eq!(steps[1].at, "onInstall[1].cmd [cp, 12]");
    }

    #[test]
    fn the_first_thing_that_is_not_known_is_named_with_its_place() {
        for (manifest, place) in [
            ("onInstall:\n- log: a\n- script: return 1\n- nonsense: 1", "onInstall[1].script:"),
            ("onInstall:\n  if (${x}):\n    log: a", "onInstall.if (${x}):"),
            ("onInstall:\n- forEach(i:3):\n    log: a", "onInstall[0].forEach(i:3):"),
            ("onInstall:\n- cmd [cp]: {commands: a, secretly: b}", "onInstall[0].cmd [cp].secretly:"),
            ("onInstall: nosuch", "onInstall.nosuch:"),
            ("onInstall:\n- addNodes: [{image: a}, {extip: true}]", "onInstall[0].addNodes[1].extip:"),
            ("onInstall:\n- api: environment.control.DeleteEnv", "onInstall[0].api:"),
            ("onInstall:\n- [log]", "onInstall[0]:"),
            ("onInstall: 5", "onInstall:"),
            ("onInstall: {nodeGroup: cp}", "onInstall:"),
        ] {
            let error = steps(manifest).expect_err(manifest);
            assert!(error.starts_with(place), "{manifest}: {error}");
        }
    }
}
