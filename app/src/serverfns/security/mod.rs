//! The Security page's server functions. Those that carry a password travel as JSON, which no form of another site can
//! send; only the change of the password is also a plain form.

mod ask_always;
mod begin_authenticator;
mod begin_passkey;
mod change_password;
mod disable_authenticator;
mod enable_authenticator;
mod finish_passkey;
mod recovery_codes;
mod remove_passkey;

pub use self::{
    ask_always::*, begin_authenticator::*, begin_passkey::*, change_password::*, disable_authenticator::*,
    enable_authenticator::*, finish_passkey::*, recovery_codes::*, remove_passkey::*,
};

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::{
        Keyrack,
        accounts::Confirmed,
        types::{refusal::Answer, second_factor::SecurityChange},
    };

    /// The second factors after a change.
    pub async fn changed(keyrack: &Keyrack, confirmed: &Confirmed, codes: Vec<String>) -> Answer<SecurityChange> {
        if !codes.is_empty() {
            crate::step_up::no_store();
        }
        let security = crate::step_up::security(keyrack, confirmed.caller()).await.map_err(crate::refusal::of)?;
        Ok(SecurityChange { security, codes })
    }
}
