//! `environment.tracking`: what was asked for and what became of it; the server's clock.

mod get_action;
mod get_current_actions;
mod get_server_utc_time;
mod get_uid_actions;

use crate::api::registry::Class;

/// The class.
pub const METHODS: Class = Class::declared(&[
    get_action::METHOD,
    get_current_actions::METHOD,
    get_server_utc_time::METHOD,
    get_uid_actions::METHOD,
]);
