//! `users.account`: the person behind a credential.

mod get_user_info;

use crate::api::registry::Method;

/// The class.
pub const METHODS: &[Method] = &[get_user_info::METHOD];
