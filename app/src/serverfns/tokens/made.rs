//! What a browser gets with a new secret.

use keyrack_types::tokens::TokenView;
use serde::{Deserialize, Serialize};

/// A token with its secret, right after it was made, and what its owner can do at once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Made {
    pub token: TokenView,
    pub secret: String,
    /// A line for a shell that calls a method that the token opens, on this server. Holds the secret.
    pub curl: String,
    /// What the token opens, in a sentence.
    pub opens: String,
}

#[cfg(feature = "ssr")]
pub(super) mod ssr {
    use keyrack_domain::{
        Keyrack,
        caller::Caller,
        types::{
            methods::ApiSet,
            tokens::{NewSecret, TokenView},
        },
    };

    use super::Made;
    use crate::{
        pages::docs::{curl, methods},
        request_context,
    };

    /// Changes nothing, so it is the better first call where the token opens it.
    const GENTLE: &str = "environment.control.GetEnvs";
    /// Open to every token, also to one whose methods this server no longer has.
    const ALWAYS: &str = "users.authentication.CheckSign";

    /// Adds the first call to a new secret.
    pub async fn made(keyrack: &Keyrack, caller: &Caller, new: NewSecret) -> Made {
        let NewSecret { token, secret } = new;
        let curl = line(keyrack, caller, first_call(&token.methods)).await.replace("$KEYRACK_TOKEN", &secret);
        Made { opens: opens(&token), curl, token, secret }
    }

    /// The method of the example: one that changes nothing where the token opens it, else the first.
    fn first_call(methods: &[String]) -> &str {
        methods.iter().find(|name| *name == GENTLE).or(methods.first()).map_or(ALWAYS, String::as_str)
    }

    /// The line for a method; where it takes an environment, with one that the caller has. Without one, and when they cannot be read, it
    /// has the example of the docs: the token is made, and nothing may hide its secret.
    async fn line(keyrack: &Keyrack, caller: &Caller, name: &str) -> String {
        let methods = methods();
        let Some(mut method) = methods.iter().find(|method| method.info.name == name).cloned() else {
            return String::new();
        };
        let overview = keyrack.environments.overview(caller).await.ok();
        if let Some(environment) = overview.as_ref().and_then(|overview| overview.environments.first()) {
            for param in method.params.iter_mut().filter(|param| param.name == "envName") {
                param.example.clone_from(&environment.name);
            }
        }
        curl(&request_context::origin(), &method)
    }

    fn opens(token: &TokenView) -> String {
        let number = token.methods.len();
        match (token.api_set, &token.methods[..]) {
            (_, []) => "It opens no method.".into(),
            (ApiSet::Custom, [only]) => format!("It opens {only}."),
            (ApiSet::Custom, [first, ..]) => format!("It opens {first} and {} more.", number - 1),
            (ApiSet::ExtendedAccess, _) => format!("It opens {number} methods and this dashboard."),
            (set, _) => format!("It opens the {number} methods of {}.", set.name()),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_first_call_is_gentle_where_it_can_be() {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            assert_eq!(first_call(&names(&["a.b.C", GENTLE])), GENTLE);
            assert_eq!(first_call(&names(&["a.b.C", "a.b.D"])), "a.b.C");
            assert_eq!(first_call(&[]), ALWAYS);
        }

        #[test]
        fn what_it_opens_is_said_in_a_sentence() {
            let mut token: TokenView = serde_json::from_value(serde_json::json!({
                "id": 1, "description": "deploy", "api_set": "Custom", "methods": ["a.b.C"], "expires": null, "expired": false,
                "last_used": null, "used": null, "created": 0, "owner": "", "mine": true, "shared": false, "version": 1
            }))
            .unwrap();
            assert_eq!(opens(&token), "It opens a.b.C.");
            token.methods.push("a.b.D".into());
            assert_eq!(opens(&token), "It opens a.b.C and 1 more.");
            token.api_set = ApiSet::ExtendedAccess;
            assert_eq!(opens(&token), "It opens 2 methods and this dashboard.");
        }
    }
}
