//! The user's open sessions.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::accounts::SessionView;
use keyrack_domain::types::dates::wire_moment;
use serde::Serialize;

use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "users.authentication.GetSessions",
    summary: "Lists the user's open sessions, of browsers and of scripts.",
    params: &[],
    answer: r#"{"result":0,"sessions":[{"id":5,"uid":7,"current":true,"host":"192.0.2.1","userAgent":"curl/8.5","createdOn":"2026-11-24 10:00:00","lastAccess":"2026-11-24 10:05:00"}]}"#,
    codes: &[],
    sets: &[],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

#[derive(Serialize)]
struct Sessions<'a> {
    sessions: Vec<Session<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session<'a> {
    id: i64,
    uid: i64,
    current: bool,
    host: &'a str,
    user_agent: &'a str,
    created_on: String,
    last_access: String,
}

async fn run(call: Call) -> Result<Answer, ApiError> {
    let sessions = call.keyrack.accounts.sessions(&call.caller).await?;
    Answer::written(&Sessions { sessions: sessions.iter().map(session).collect() })
}

fn session(view: &SessionView) -> Session<'_> {
    Session {
        id: view.id,
        uid: view.user_id,
        current: view.current,
        host: &view.address,
        user_agent: &view.user_agent,
        created_on: wire_moment(view.created),
        last_access: wire_moment(view.last_seen),
    }
}
