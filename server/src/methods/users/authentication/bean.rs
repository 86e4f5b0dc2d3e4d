//! Tokens and methods as the platform writes them.

use keyrack_domain::methods::Catalog;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::token_limits::{Environments, SecretView, TokenLimits};
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
    #[serde(flatten)]
    limits: Limits,
}

/// What a token is limited to, and its values; each field is absent where there is nothing to say.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Limits {
    /// The environments that it opens; absent when it opens all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    environments: Option<Vec<String>>,
    /// Absent when it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    may_create: Option<bool>,
    /// From where it is accepted; absent when it is accepted from everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    networks: Option<Vec<String>>,
    /// Calls within any minute; absent when there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<u32>,
    /// Absent when its value may come in a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_in_url: Option<bool>,
    /// Absent when nothing happens to it then.
    #[serde(skip_serializing_if = "Option::is_none")]
    freeze_on_reuse: Option<bool>,
    /// Whether it is refused until it is regenerated; absent when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen: Option<bool>,
    /// Its values, the present one first; absent when it had no other one and none was published.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<Secret>,
}

/// A value of a token; never the value itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TokenSecret")]
struct Secret {
    /// current, overlapping (replaced, and still accepted), retired or published.
    #[schemars(example = &"current")]
    state: &'static str,
    made_on: Moment,
    /// The first moment at which it is, or was, refused; absent for the present one.
    #[serde(skip_serializing_if = "Option::is_none")]
    retires_on: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(example = &"192.0.2.7")]
    last_address: Option<String>,
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
    let limits = limits(token.limits, token.frozen, token.secrets);
    About {
        description: token.description,
        expires_at: token.expires.map(Moment),
        last_used: token.last_used.map(Moment),
        created_on: Moment(token.created),
        is_system: false,
        extra_data: Extra {},
        token_template: template(&api_list_items),
        api_list_items,
        limits,
    }
}

fn limits(limits: TokenLimits, frozen: bool, secrets: Vec<SecretView>) -> Limits {
    let secret = |view: SecretView| Secret {
        state: view.state.name(),
        made_on: Moment(view.made),
        retires_on: view.retires.map(Moment),
        last_used: view.last_used.map(Moment),
        last_address: view.last_address,
    };
    Limits {
        environments: match limits.environments {
            Environments::All => None,
            Environments::Chosen(names) => Some(names),
        },
        may_create: limits.may_create.then_some(true),
        networks: (!limits.networks.is_empty()).then_some(limits.networks),
        rate_limit: (limits.rate_limit > 0).then_some(limits.rate_limit),
        allow_in_url: (!limits.allow_in_url).then_some(false),
        freeze_on_reuse: limits.freeze_on_reuse.then_some(true),
        frozen: frozen.then_some(true),
        secrets: secrets.into_iter().map(secret).collect(),
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
