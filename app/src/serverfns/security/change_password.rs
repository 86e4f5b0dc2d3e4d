use keyrack_types::refusal::Answer;
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// Changes the password and ends the user's other sessions. Also a plain form, which has no passkeys.
#[server(prefix = "/fn", endpoint = "security/change-password", output = Json)]
pub async fn change_password(
    current: String,
    new_password: String,
    #[server(default)] code: String,
    #[server(default)] ceremony: Option<i64>,
    #[server(default)] answer: String,
) -> Result<Answer<()>, ServerFnError> {
    Ok(ssr::change(current, &new_password, code, ceremony.map(|ceremony| (ceremony, answer))).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{refusal::Answer, second_factor::ConfirmInput};

    use crate::{forms, step_up::confirmed};

    const PAGE: &str = "/settings/security";
    const DONE: &str = "Your password is changed; all other sessions are ended.";

    pub async fn change(current: String, new: &str, code: String, passkey: Option<(i64, String)>) -> Answer<()> {
        let input = ConfirmInput { password: current.clone(), code: Some(code), passkey };
        let answer = confirm_and_change(input, &current, new).await;
        forms::answer(&answer, DONE, PAGE, PAGE);
        // The page loads itself anew then, also with WASM.
        if answer.is_ok() && !forms::is_plain() {
            forms::set_flash_message(true, DONE);
        }
        answer
    }

    async fn confirm_and_change(input: ConfirmInput, current: &str, new: &str) -> Answer<()> {
        let (keyrack, confirmed) = confirmed(input).await?;
        keyrack.accounts.change_password(&confirmed, current, new).await.map_err(crate::refusal::of)
    }
}
