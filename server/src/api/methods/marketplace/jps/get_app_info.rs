//! What a manifest says.

use keyrack_domain::marketplace::Manifest;
use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::super::bean::info;
use super::super::{LANG, OWNER_UID};
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Effect, Kind, Method, Param, Run};

pub const METHOD: Method = Method {
    name: "marketplace.jps.GetAppInfo",
    summary: "Tells what a manifest says, without installing it; one that could not be installed is refused.",
    params: &[
        Param::required(
            "jps",
            Kind::Text,
            "The manifest, as YAML or JSON (docs/marketplace.md says what it may hold); its text, no address.",
            r#"{"type":"install","name":"Hello","onInstall":{"log":"Hello"}}"#,
        ),
        LANG,
        OWNER_UID,
    ],
    answer: r#"{"result":0,"app":{"type":"install","name":"Static site"},"settings":{"fields":[{"name":"title","caption":"Title","type":"string","default":"Hello","required":true},{"name":"count","caption":"Nodes","type":"spinner","default":1},{"name":"search","caption":"Search","type":"checkbox","default":false}]}}"#,
    codes: &[],
    sets: &[ApiSet::Marketplace],
    token: TokenAccess::WhenTicked,
    role: Role::Viewer,
    effect: Effect::Read,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(run(call))),
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let manifest = Manifest::read("jps", call.params.text("jps")?)?;
    // Who brings a manifest knows it.
    info(manifest.facts(), &manifest, Role::Owner)
}
