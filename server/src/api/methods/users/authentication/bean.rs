//! Tokens and methods as the platform writes them.

use keyrack_domain::methods::Catalog;
use keyrack_domain::types::dates::wire_moment;
use keyrack_domain::types::methods::ApiSet;
use keyrack_domain::types::tokens::{NewSecret, TokenView};
use serde::Serialize;

/// One token. `key` is there only right after it was made.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Token<'a> {
    id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    created_on: String,
    is_system: bool,
    extra_data: Extra,
    token_template: Template<'a>,
    api_list_items: Vec<Item<'a>>,
}

/// Nothing; clients expect the field to be an object.
#[derive(Serialize)]
struct Extra {}

/// A named set of methods.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Template<'a> {
    id: i64,
    name: &'static str,
    /// Left out in lists of tokens, where it would only repeat the token's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_list_items: Option<Vec<Item<'a>>>,
}

/// One method that a token can carry.
#[derive(Serialize)]
pub struct Item<'a> {
    pub method: &'a str,
}

impl<'a> Token<'a> {
    /// A token in a list.
    pub fn listed(token: &'a TokenView) -> Token<'a> {
        Token {
            id: token.id,
            key: None,
            description: &token.description,
            expires_at: token.expires.map(wire_moment),
            last_used: token.last_used.map(wire_moment),
            created_on: wire_moment(token.created),
            is_system: false,
            extra_data: Extra {},
            token_template: Template { id: token.api_set.id(), name: token.api_set.name(), api_list_items: None },
            api_list_items: items(&token.methods),
        }
    }

    /// A token by itself.
    pub fn alone(token: &'a TokenView) -> Token<'a> {
        let mut bean = Token::listed(token);
        bean.token_template.api_list_items = Some(items(&token.methods));
        bean
    }

    /// A token right after it was made, with its secret.
    pub fn with_key(new: &'a NewSecret) -> Token<'a> {
        Token { key: Some(&new.secret), ..Token::alone(&new.token) }
    }
}

impl<'a> Template<'a> {
    /// What a prepared set opens on this server.
    pub fn of(catalog: &'a Catalog, set: ApiSet) -> Template<'a> {
        let bits = catalog.set_bits(set);
        let mut names: Vec<_> =
            catalog.entries().filter(|(id, _)| bits.contains(*id)).map(|(_, entry)| &entry.info.name).collect();
        names.sort_unstable();
        Template { id: set.id(), name: set.name(), api_list_items: Some(items(names)) }
    }
}

fn items<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<Item<'a>> {
    names.into_iter().map(|method| Item { method }).collect()
}
