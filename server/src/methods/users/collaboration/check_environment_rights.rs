//! May I call these?

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
    /// Accepted for compatibility; rights are the same in all environments of an account.
    _env_name: Option<String>,
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
        for written in self.service_method {
            let info =
                catalog.resolve(&written).map_err(|unknown| ApiError::bad("serviceMethod", unknown.to_string()))?;
            let id = catalog.entries().find(|(_, entry)| entry.info.name == info.name).map(|(id, _)| id);
            if id.is_some_and(|id| call.caller.may_call(id)) {
                allowed = true;
            } else {
                refused.get_or_insert_with(|| info.name.clone());
            }
        }
        match refused {
            Some(name) if !(allowed && self.is_any) => {
                Err(keyrack_domain::Error::Forbidden(format!("no permission to call {name}").into()).into())
            }
            _ => Ok(Done {}),
        }
    }
}
