//! The user's open sessions.

use keyrack_domain::types::accounts::SessionView;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::ApiError;
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Lists the user's open sessions, of browsers and of scripts.
#[derive(Deserialize, JsonSchema)]
pub struct GetSessions;

/// Open sessions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sessions {
    sessions: Vec<Session>,
}

/// An open session.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Session {
    #[schemars(example = 5)]
    id: i64,
    #[schemars(example = 7)]
    uid: i64,
    /// Whether it is the one that calls.
    #[schemars(example = true)]
    current: bool,
    #[schemars(example = &"192.0.2.1")]
    host: String,
    #[schemars(example = &"curl/8.5")]
    user_agent: String,
    created_on: Moment,
    last_access: Moment,
}

impl From<SessionView> for Session {
    fn from(view: SessionView) -> Session {
        Session {
            id: view.id,
            uid: view.user_id,
            current: view.current,
            host: view.address,
            user_agent: view.user_agent,
            created_on: Moment(view.created),
            last_access: Moment(view.last_seen),
        }
    }
}

impl Method for GetSessions {
    const NAME: &str = "users.authentication.GetSessions";
    const RIGHT: Right = Right::LOOK;
    const EFFECT: Effect = Effect::Read;
    const ACTS_ON: ActsOn = ActsOn::Account;
    type Answer = Sessions;

    async fn run(self, call: &Call) -> Result<Sessions, ApiError> {
        let sessions = call.keyrack.accounts.sessions(&call.caller).await?;
        Ok(Sessions { sessions: sessions.into_iter().map(Session::from).collect() })
    }
}
