//! What a token shall open, as calls say it.

use keyrack_domain::types::methods::ApiSet;

use crate::api::error::ApiError;
use crate::api::params::Params;

/// Reads `tokenTemplate` and `apiList`; `None` when neither is there.
///
/// # Errors
/// For an unknown template, and when both are given: opening the larger of the two would open more than somebody meant.
pub fn read(params: &Params) -> Result<Option<(ApiSet, Vec<String>)>, ApiError> {
    let methods = params.list("apiList");
    let set = match params.opt_text("tokenTemplate")? {
        Some(name) => ApiSet::by_name(name).ok_or_else(|| {
            let names: Vec<_> = ApiSet::PREPARED.iter().map(|set| set.name()).collect();
            ApiError::bad("tokenTemplate", format!("it has to be one of {}", names.join(", ")))
        })?,
        None if methods.is_empty() => return Ok(None),
        None => ApiSet::Custom,
    };
    if set != ApiSet::Custom && !methods.is_empty() {
        return Err(ApiError::bad("apiList", "give either a tokenTemplate or an apiList, not both"));
    }
    Ok(Some((set, methods)))
}
