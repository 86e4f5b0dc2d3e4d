//! A manifest of one's own that is a favourite at once.

use super::super::app::add_app;
use super::super::bean::added;
use crate::api::answer::Answer;
use crate::api::call::Call;
use crate::api::error::ApiError;
use crate::api::registry::{Method, Run};

pub const METHOD: Method = Method {
    name: "marketplace.favorite.AddManifest",
    summary: "Keeps a manifest in the account's own part of the catalogue, as one of your favourites.",
    run: Run::Permitted(|call| Box::pin(run(call))),
    ..add_app::METHOD
};

async fn run(call: Call) -> Result<Answer, ApiError> {
    let text = call.params.text("manifest")?;
    added(&call.keyrack.marketplace.add_favorite_manifest(&call.caller, &call.client, text).await?)
}
