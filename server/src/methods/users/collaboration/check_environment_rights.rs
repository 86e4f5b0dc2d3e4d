//! May I call these?

use keyrack_domain::Error;
use keyrack_domain::caller::Caller;
use keyrack_wire::Done;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Answers 0 when the caller may call these methods, otherwise 8, naming one that it may not.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckEnvironmentRights {
    /// Names of methods, as in apiList.
    #[schemars(example = &"users.collaboration.CheckEnvironmentRights")]
    service_method: Vec<String>,
    /// One of them is enough.
    #[serde(default)]
    #[schemars(example = false)]
    is_any: bool,
    /// Rights are the same in all environments of an account, but for a token that is limited to some of them.
    env_name: Option<String>,
}

impl Method for CheckEnvironmentRights {
    const NAME: &str = "users.collaboration.CheckEnvironmentRights";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const CODES: &[Code] = &[Code::Forbidden];
    type Answer = Done;

    async fn run(self, call: &Call) -> Result<Done, ApiError> {
        let catalog = call.keyrack.catalog();
        let mut refused = None;
        let mut allowed = false;
        let is_here = match (call.caller.reach(), self.env_name) {
            (Some(_), Some(name)) => match call.keyrack.environments.get(&call.caller, &name).await {
                Ok(_) => true,
                Err(Error::NoEnvironment(_)) => false,
                Err(error) => return Err(error.into()),
            },
            _ => true,
        };
        for written in self.service_method {
            let info =
                catalog.resolve(&written).map_err(|unknown| ApiError::bad("serviceMethod", unknown.to_string()))?;
            let found = catalog.entries().find(|(_, entry)| entry.info.name == info.name);
            if is_here
                && found.is_some_and(|(id, entry)| call.caller.may_call(id) && opens(&call.caller, entry.acts_on))
            {
                allowed = true;
            } else {
                refused.get_or_insert_with(|| info.name.clone());
            }
        }
        match refused {
            Some(name) if !(allowed && self.is_any) => {
                Err(Error::Forbidden(format!("no permission to call {name}").into()).into())
            }
            _ => Ok(Done {}),
        }
    }
}

/// Whether a caller that may be limited to environments opens what acts on this.
fn opens(caller: &Caller, acts_on: ActsOn) -> bool {
    match acts_on {
        ActsOn::Account => caller.require_account().is_ok(),
        ActsOn::NewEnvironment => caller.require_creation().is_ok(),
        ActsOn::Environment | ActsOn::List | ActsOn::Caller => true,
    }
}
