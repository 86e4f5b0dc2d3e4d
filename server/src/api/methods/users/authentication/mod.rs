//! `users.authentication`: signing in and out, sessions, tokens.

mod check_password;
mod check_sign;
mod create_token;
mod delete_tokens;
mod edit_token;
mod get_policy_methods;
mod get_sessions;
mod get_token_api_list;
mod get_token_templates;
mod get_tokens;
mod regenerate_token;
mod signin;
mod signin_by_token;
mod signout;
mod signout_sessions;
mod verify_2fa_code;

mod bean;
mod scope;

pub(super) use bean::Token;

use crate::api::registry::{Class, Kind, Param};

/// The class.
pub const METHODS: Class = Class::declared(&[
    check_password::METHOD,
    check_sign::METHOD,
    create_token::METHOD,
    delete_tokens::METHOD,
    edit_token::METHOD,
    get_policy_methods::METHOD,
    get_sessions::METHOD,
    get_token_api_list::METHOD,
    get_token_templates::METHOD,
    get_tokens::METHOD,
    regenerate_token::METHOD,
    signin::METHOD,
    signin_by_token::METHOD,
    signout::METHOD,
    signout_sessions::METHOD,
    verify_2fa_code::METHOD,
]);

const EXPIRES: Param = Param::optional(
    "expiresAt",
    Kind::Moment,
    "The last moment of the token's life, in UTC; a bare day means its end, `never` an unlimited life.",
    "2027-12-31 23:59:59",
);

const TEMPLATE: Param = Param::optional(
    "tokenTemplate",
    Kind::Text,
    "An API set instead of single methods: Extended Access, IDE Plugins, Marketplace or Maven Plugin.",
    "IDE Plugins",
);

const API_LIST: Param = Param::optional(
    "apiList",
    Kind::List,
    "The methods that the token opens, by their full names; short services (env, dev, mgmt, util) are understood.",
    "environment.control.StopEnv,environment.control.GetEnvs",
)
.shown();

const DESCRIPTION_HELP: &str = "What the token is for; 1 to 255 characters.";
