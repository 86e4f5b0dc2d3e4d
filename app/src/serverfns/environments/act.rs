use keyrack_types::{environments::Overview, refusal::Answer};
use leptos::{prelude::*, server};

use crate::pages::environments::Action;
use crate::serverfns::codec::Json;

/// Starts, stops or restarts an environment and returns the list as it is then; it does not wait for the end.
#[server(prefix = "/fn", endpoint = "environments/act", output = Json)]
pub async fn act_on_environment(name: String, action: Action) -> Result<Answer<Overview>, ServerFnError> {
    Ok(ssr::act(&name, action).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::types::{environments::Overview, refusal::Answer};

    use super::{super::overview::ssr::overview, Action};

    pub async fn act(name: &str, action: Action) -> Answer<Overview> {
        let (keyrack, caller) = crate::request_context::signed_in()?;
        let client = crate::request_context::client()?;
        let begun = match action {
            Action::Start => keyrack.environments.start(&caller, &client, name).await,
            Action::Stop => keyrack.environments.stop(&caller, &client, name).await,
            Action::Restart => keyrack.environments.restart(&caller, &client, name).await,
        };
        begun.map_err(crate::refusal::of)?;
        overview().await
    }
}
