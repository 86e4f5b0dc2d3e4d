use keyrack_types::refusal::Answer;
use leptos::{prelude::*, server};

use crate::serverfns::codec::Json;

/// A line for a shell that calls a method, by its full name, on this server; where the method takes an environment, with
/// one that the caller has. The token is `$KEYRACK_TOKEN` in it.
#[server(prefix = "/fn", endpoint = "tokens/example", input = Json, output = Json)]
pub async fn example_call(method: String) -> Result<Answer<String>, ServerFnError> {
    Ok(ssr::example(&method).await)
}

#[cfg(feature = "ssr")]
mod ssr {
    use keyrack_domain::{
        Error,
        types::refusal::{Answer, Refusal},
    };

    use crate::{
        pages::docs::{curl, methods},
        request_context,
    };

    pub async fn example(name: &str) -> Answer<String> {
        let (keyrack, caller) = request_context::signed_in()?;
        let methods = methods();
        let Some(method) = methods.iter().find(|method| method.info.name == name) else {
            return Err(Refusal::Gone { message: format!("This server has no method {name}.") });
        };
        let mut method = method.clone();
        let overview = keyrack.environments.overview(&caller).await.map_err(Error::into_refusal)?;
        if let Some(environment) = overview.environments.first() {
            for param in method.params.iter_mut().filter(|param| param.name == "envName") {
                param.example.clone_from(&environment.name);
            }
        }
        Ok(curl(&request_context::origin(), &method))
    }
}
