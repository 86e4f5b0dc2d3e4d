//! The methods. A new method is one declaration in its class's list; a new class is one line here.

pub mod environment;
pub mod users;

use super::registry::Method;

/// Every class of methods.
pub const CLASSES: &[&[Method]] = &[
    environment::control::METHODS,
    environment::file::METHODS,
    environment::group::METHODS,
    environment::nodegroup::METHODS,
    environment::tracking::METHODS,
    users::account::METHODS,
    users::authentication::METHODS,
];
