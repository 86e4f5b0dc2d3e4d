//! Unpacking an archive.

use keyrack_domain::environments::{FileLocation, NodeChoice};
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::ENV_NAME;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::{ApiError, Code};
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "environment.file.UnpackById",
    summary: "Unpacks an archive that lies on a node (zip, tar or tar.gz) into a folder there.",
    params: &[
        ENV_NAME,
        Param::required("nodeId", Kind::Number, "The number of the node.", "1"),
        Param::required("sourcePath", Kind::Text, "The archive, from the folder of the node on.", "/app.zip"),
        Param::required("destPath", Kind::Text, "The folder, which is made when it is not there.", "/www"),
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
    let (archive, folder) = (params.text("sourcePath")?, params.text("destPath")?);
    let choice = NodeChoice::Ids(vec![params.number("nodeId")?]);
    let place = FileLocation { environment: params.text("envName")?.to_owned(), choice, masters_only: false };
    call.keyrack.environments.unpack_file(&call.caller, &call.client, &place, archive, folder).await?;
    Ok(Answer::done())
}
