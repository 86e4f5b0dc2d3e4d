//! Sets of methods, as the platform writes them (`ApiTokenPermissionsResponse`).

use keyrack_domain::types::methods::{ApiSet, MethodInfo};
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::error::ApiError;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    token_permissions: Vec<Permission>,
    behavior: &'static str,
}

#[derive(Serialize)]
struct Permission {
    method: String,
    description: String,
}

/// The answer that lists these methods.
///
/// # Errors
/// As [`Answer::written`].
pub fn answer(methods: impl IntoIterator<Item = MethodInfo>) -> Result<Answer, ApiError> {
    let token_permissions =
        methods.into_iter().map(|info| Permission { method: info.name, description: info.summary }).collect();
    Answer::written(&List { token_permissions, behavior: "ALLOW" })
}

/// The prepared set with this name.
///
/// # Errors
/// When there is none; the text names those that there are.
pub fn set(param: &'static str, name: &str) -> Result<ApiSet, ApiError> {
    ApiSet::by_name(name).filter(|set| *set != ApiSet::Custom).ok_or_else(|| {
        let names: Vec<_> = ApiSet::PREPARED.iter().map(|set| set.name()).collect();
        ApiError::bad(param, format!("it has to be one of {}", names.join(", ")))
    })
}
