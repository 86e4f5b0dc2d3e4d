//! Deploying.

use keyrack_domain::methods::TokenAccess;
use keyrack_domain::types::accounts::Role;
use keyrack_domain::types::methods::ApiSet;

use super::{DEPLOY_ANSWER, DEPLOY_CODES, DEPLOY_PARAMS, deploy};
use crate::api::registry::{Effect, Method, Run};

pub const METHOD: Method = Method {
    name: "environment.deployment.DeployArchive",
    summary: "Makes an uploaded archive (zip, war, tar, tar.gz) the content of a context. The former content stays when it fails.",
    params: DEPLOY_PARAMS,
    answer: DEPLOY_ANSWER,
    codes: DEPLOY_CODES,
    sets: &[ApiSet::MavenPlugin, ApiSet::IdePlugins],
    token: TokenAccess::WhenTicked,
    role: Role::Manager,
    effect: Effect::Change,
    post_only: false,
    run: Run::Permitted(|call| Box::pin(deploy(call))),
};
