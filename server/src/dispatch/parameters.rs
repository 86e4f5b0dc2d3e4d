//! Which parameter a field of the domain is.

use std::borrow::Cow;

use keyrack_domain::field::{Account, App, Environment, Field, Task, Token, Upload};
use keyrack_wire::Param;

/// The parameter of a method that this field is, and the problem as its text says it.
pub fn named(
    field: Field,
    message: Cow<'static, str>,
    declared: &'static [Param],
) -> (&'static str, Cow<'static, str>) {
    let names = names(field);
    let own = |name: &&&str| declared.iter().any(|param| param.name == **name);
    let name = names.iter().find(own).unwrap_or(&names[0]);
    let problem = match path(field) {
        Some(path) => format!("{path}: {message}").into(),
        None => message,
    };
    (name, problem)
}

/// The names that a field has as a parameter. It is the first of them that the method declares; a method that declares none
/// of them speaks of what another one was given, so that it is called as there: by the first.
const fn names(field: Field) -> &'static [&'static str] {
    match field {
        Field::Account(field) => match field {
            Account::Email => &["email"],
            Account::Password => &["password"],
            Account::NewPassword => &["newPassword"],
            Account::Name | Account::PasskeyName => &["name"],
            Account::Passkey => &["passkey"],
            Account::SshKeyTitle => &["title"],
            Account::MemberTokens => &["tokens"],
        },
        Field::Token(field) => match field {
            Token::Description => &["description"],
            Token::Expires => &["expiresAt"],
            Token::Methods => &["apiList"],
            Token::Ids => &["ids"],
            Token::Environments => &["environments"],
            Token::Networks => &["networks"],
            Token::RateLimit => &["rateLimit"],
            Token::Overlap => &["overlap"],
        },
        Field::Environment(field) => match field {
            Environment::CloneName => &["dstEnvName"],
            Environment::DisplayName => &["displayName"],
            Environment::Image { .. } => &["nodes"],
            Environment::Tag => &["tag"],
            Environment::Registry => &["filter"],
            Environment::RegistryUser => &["user", "login"],
            Environment::RegistryPassword => &["password"],
            Environment::Node => &["nodeId"],
            Environment::Layer => &["nodeGroup"],
            Environment::FixedCloudlets => &["fixedCloudlets"],
            Environment::FlexibleCloudlets => &["flexibleCloudlets"],
            Environment::Interval => &["interval"],
            Environment::Commands => &["commandList"],
            Environment::Path => &["path"],
            Environment::From => &["src", "oldPath", "sourcePath"],
            Environment::To => &["dest", "newPath", "destPath"],
            Environment::Pattern => &["pattern"],
            Environment::Keyword => &["keyword"],
            Environment::Filter => &["filter"],
            Environment::Group => &["envGroup", "srcGroupName"],
            Environment::NewGroup => &["dstGroupName"],
            Environment::Context => &["context", "oldContext"],
            Environment::NewContext => &["newContext"],
            Environment::Hooks => &["hooks"],
        },
        Field::Upload(field) => match field {
            Upload::Address => &["sourcePath", "fileUrl", "data"],
            Upload::Name => &["file"],
            Upload::Comment => &["data"],
        },
        Field::App(field) => match field {
            App::Id => &["id"],
            App::Manifest => &["jps", "manifest"],
            App::Installation => &["appUniqueName"],
            App::Action => &["action"],
            App::Settings => &["settings"],
            App::Environment => &["envName"],
            App::Nodes => &["nodes"],
            App::Line => &["message"],
        },
        Field::Task(field) => match field {
            Task::Schedule => &["trigger"],
            Task::Method => &["script"],
            Task::Params => &["params"],
            Task::Description => &["description"],
        },
    }
}

/// The way to a field inside its parameter, where texts say it.
fn path(field: Field) -> Option<String> {
    match field {
        Field::Environment(Environment::Image { index }) => Some(format!("nodes[{index}].docker.image")),
        Field::Environment(Environment::DisplayName) => Some("displayName".to_owned()),
        Field::Environment(Environment::CloneName) => Some("dstEnvName".to_owned()),
        _ => None,
    }
}
