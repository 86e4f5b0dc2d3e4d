//! The wall around what a token opens: what is read for a caller is asked of the database together with the token's reach, so that
//! what lies beyond is not found, as if it were not there, and what a token creates is found from the moment on at which it is.

use keyrack_core::caller::Caller;

/// The condition that a row's environment is within the reach of the caller whose [`limiting_token`] is bound to `$token`. What
/// belongs to no environment is within the reach of callers without a limit only.
#[macro_export]
macro_rules! within_reach {
    ($environment:literal, $token:literal) => {
        concat!(
            "(CAST(",
            $token,
            " AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM token_environments r WHERE r.token_id = ",
            $token,
            " AND r.environment_id = ",
            $environment,
            "))"
        )
    };
}

/// The token whose reach limits what the caller finds; 0 for one that finds all that the account has.
pub fn limiting_token(caller: &Caller) -> i64 {
    match (caller.reach(), caller.by_token()) {
        (Some(_), Some(token)) => token.0,
        // Only a token has a reach; one without a token would find nothing.
        (Some(_), None) => -1,
        (None, _) => 0,
    }
}
