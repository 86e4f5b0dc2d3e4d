//! Tokens and methods as the platform writes them.

use keyrack_domain::methods::Catalog;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::tokens::{NewSecret, TokenView};
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::Serialize;

/// A token in a list, without its secret. The methods of its set stand beside it only.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedToken {
    #[schemars(example = 3)]
    id: i64,
    #[serde(flatten)]
    about: About<SetName>,
}

/// A token, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Token {
    #[schemars(example = 3)]
    id: i64,
    #[serde(flatten)]
    about: About<Template>,
}

/// A token right after it was made, with its secret.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NewToken {
    #[schemars(example = 3)]
    id: i64,
    /// The secret, which is never shown again.
    #[schemars(example = &"krp_…")]
    key: String,
    #[serde(flatten)]
    about: About<Template>,
}

/// What a token is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct About<T> {
    #[schemars(example = &"Deploy script")]
    description: String,
    /// Absent when it never expires.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"2027-12-31 23:59:59")]
    expires_at: Option<Moment>,
    /// Absent when it was never used.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<Moment>,
    created_on: Moment,
    is_system: bool,
    extra_data: Extra,
    token_template: T,
    api_list_items: Vec<Item>,
}

/// Nothing; clients expect the field to be an object.
#[derive(Debug, Serialize, JsonSchema)]
struct Extra {}

/// The name of a set of methods.
#[derive(Debug, Serialize, JsonSchema)]
struct SetName {
    #[schemars(example = 0)]
    id: i64,
    #[schemars(example = &"Custom")]
    name: &'static str,
}

/// A named set of methods.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Template {
    #[schemars(example = 2)]
    id: i64,
    #[schemars(example = &"IDE Plugins")]
    name: &'static str,
    api_list_items: Vec<Item>,
}

/// One method that a token can carry.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Item {
    #[schemars(example = &"environment.control.StopEnv")]
    method: String,
}

impl From<TokenView> for ListedToken {
    fn from(token: TokenView) -> ListedToken {
        let set = token.api_set;
        ListedToken { id: token.id, about: about(token, |_| SetName { id: set.id(), name: set.name() }) }
    }
}

impl From<TokenView> for Token {
    fn from(token: TokenView) -> Token {
        Token { id: token.id, about: with_template(token) }
    }
}

impl From<NewSecret> for NewToken {
    fn from(new: NewSecret) -> NewToken {
        NewToken { id: new.token.id, key: new.secret, about: with_template(new.token) }
    }
}

fn with_template(token: TokenView) -> About<Template> {
    let set = token.api_set;
    about(token, |items| Template { id: set.id(), name: set.name(), api_list_items: items.to_vec() })
}

fn about<T>(token: TokenView, template: impl FnOnce(&[Item]) -> T) -> About<T> {
    let api_list_items = items(token.methods);
    About {
        description: token.description,
        expires_at: token.expires.map(Moment),
        last_used: token.last_used.map(Moment),
        created_on: Moment(token.created),
        is_system: false,
        extra_data: Extra {},
        token_template: template(&api_list_items),
        api_list_items,
    }
}

impl Template {
    /// What a prepared set opens on this server.
    pub fn of(catalog: &Catalog, set: ApiSet) -> Template {
        let bits = catalog.set_bits(set);
        let mut names: Vec<_> =
            catalog.entries().filter(|(id, _)| bits.contains(*id)).map(|(_, entry)| entry.info.name.clone()).collect();
        names.sort_unstable();
        Template { id: set.id(), name: set.name(), api_list_items: items(names) }
    }
}

fn items(names: Vec<String>) -> Vec<Item> {
    names.into_iter().map(|method| Item { method }).collect()
}
