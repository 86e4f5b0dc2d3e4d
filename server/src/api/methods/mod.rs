//! The methods. A new method is one declaration in its class's list; a new class is one line here.

pub mod users;

use super::registry::Method;

/// Every class of methods.
pub const CLASSES: &[&[Method]] = &[users::account::METHODS, users::authentication::METHODS];
