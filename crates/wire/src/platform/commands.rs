//! Commands that nodes execute.

use keyrack_types::bounds::nodes::{COMMANDS, TEXT};
use serde_json::Value;

use super::field::{Field, Result, parse};
use crate::{Refusal, json};

/// Reads commands: a JSON list of `{"command":…,"params":…}`, or of texts.
///
/// # Errors
/// When it is something else, empty, or too much.
pub fn commands(parameter: &'static str, text: &str) -> Result<Vec<String>> {
    let value = parse(parameter, text)?;
    let list = Field::root(parameter, &value);
    let mut commands = Vec::new();
    for item in list.items()? {
        let (command, params) = match item.value() {
            Some(Value::String(_)) => (item.as_text()?, None),
            _ => (item.text("command")?, item.text("params")?),
        };
        let Some(command) = command else { return Err(item.at("command").error("is missing")) };
        let whole = params.map_or_else(|| command.clone(), |params| format!("{command} {params}"));
        item.check_node_text(&whole)?;
        commands.push(whole);
    }
    match commands.len() {
        0 => Err(list.error("holds no command")),
        count if count > COMMANDS => Err(list.error(format!("holds more than {COMMANDS} commands"))),
        _ => Ok(commands),
    }
}

/// Reads a command line: a text for a shell, or a JSON list of words. An empty one is none.
///
/// # Errors
/// When it is too long, or holds a NUL.
pub fn command_line(parameter: &'static str, text: &str) -> Result<Option<String>> {
    let line = match json::read::<Vec<String>>(text) {
        Ok(words) => words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" "),
        Err(_) => text.trim().to_owned(),
    };
    if line.len() > TEXT || line.contains('\0') {
        return Err(Refusal::bad(parameter, format!("it has to be at most {TEXT} bytes, without NUL")));
    }
    Ok(Some(line).filter(|line| !line.is_empty()))
}

/// A word, quoted for a shell.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
