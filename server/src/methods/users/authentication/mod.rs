//! The class `users.authentication`.

mod bean;
mod limits;
mod scope;

use keyrack_wire::End;
use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use bean::NewToken;

use crate::dispatch::method::methods;

methods! {
    /// Signing in and out, sessions, tokens.
    check_password::CheckPassword,
    check_sign::CheckSign,
    create_token::CreateToken,
    delete_tokens::DeleteTokens,
    edit_token::EditToken,
    end_token_rotation::EndTokenRotation,
    get_policy_methods::GetPolicyMethods,
    get_sessions::GetSessions,
    get_token_api_list::GetTokenApiList,
    get_token_templates::GetTokenTemplates,
    get_tokens::GetTokens,
    regenerate_token::RegenerateToken,
    signin::Signin as public,
    signin_by_token::SigninByToken as public,
    signout::Signout,
    signout_sessions::SignoutSessions,
    verify_2fa_code::Verify2FaCode as public,
}

/// The last moment of the token's life, in UTC; a bare day means its end, `never` an unlimited life.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = &"2027-12-31 23:59:59")]
struct ExpiresAt(End);
