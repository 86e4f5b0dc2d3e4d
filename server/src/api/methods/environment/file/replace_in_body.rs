//! Replacing in a file.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{ENV_NAME, MASTER_ONLY, NODE_GROUP, NODE_ID, NODE_TYPE, change};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.ReplaceInBody",
    summary: "Replaces what matches a pattern in a file: everywhere, or at one place.",
    params: &[
        ENV_NAME,
        Param::required("path", Kind::Text, "The file, from the folder of the node on.", "/www/index.html"),
        Param::required(
            "pattern",
            Kind::Text,
            "A regular expression; `^` and `$` are the ends of a line.",
            "port=\\d+",
        ),
        Param::optional(
            "replacement",
            Kind::Text,
            "What comes in its place, nothing when absent; `$1` is the first group.",
            "port=80",
        ),
        Param::optional("nth", Kind::Number, "Only the match with this number, counted from 1; all without it.", "1"),
        NODE_ID,
        NODE_GROUP,
        NODE_TYPE,
        MASTER_ONLY,
    ],
    answer: r#"{"result":0}"#,
    codes: &[Code::Forbidden, Code::NotFound, Code::NotPermitted, Code::NoEnvironment, Code::Limit],
    sets: &[ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let params = &call.params;
    let (path, pattern) = (params.text("path")?, params.text("pattern")?);
    let replacement = params.opt_text("replacement")?.unwrap_or_default();
    let nth = params.opt_number("nth")?.map(which_match).transpose()?;
    let place = change(params)?;
    call.keyrack
        .environments
        .replace_in_file(&call.caller, &call.client, &place, path, pattern, replacement, nth)
        .await?;
    Ok(Answer::done())
}

fn which_match(number: i64) -> Result<usize, ApiError> {
    usize::try_from(number)
        .ok()
        .filter(|number| *number > 0)
        .ok_or_else(|| ApiError::bad("nth", "it has to be 1 or more"))
}
