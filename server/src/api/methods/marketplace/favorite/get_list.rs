//! All of them, told as the catalogue is.

use super::super::app::get_list;
use super::super::bean::apps;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.favorite.GetList",
    summary: "Lists your favourite apps.",
    run: Run::Permitted(|call| Box::pin(run(call))),
    ..get_list::METHOD
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let search = call.params.opt_text("search")?.unwrap_or_default();
    let found = call.keyrack.marketplace.favorite_apps(&call.caller).await?;
    apps(found.iter().filter(|app| app.holds(search)))
}
