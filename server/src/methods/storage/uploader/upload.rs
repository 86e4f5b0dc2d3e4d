//! Sending a file to the server.

use keyrack_domain::types::methods::ApiSet;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::call::Call;
use crate::dispatch::error::{ApiError, Code};
use crate::dispatch::method::{ActsOn, Method, Right};
use crate::dispatch::registry::Effect;

/// Takes a file in, the part `file` of a multipart form, and answers its address. It stays for a day, or until it is removed
/// once it is registered as an archive.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upload {
    /// Accepted for compatibility: plug-ins send any text.
    #[schemars(example = &"123456")]
    _fid: Option<String>,
}

/// Where the file is.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UploadedFile {
    #[schemars(example = ADDRESS)]
    file: String,
    #[schemars(example = &"app.war")]
    name: String,
    /// In bytes.
    #[schemars(example = 1024)]
    size: u64,
    #[schemars(example = ADDRESS)]
    src: String,
}

const ADDRESS: &str = "http://127.0.0.1:8080/deploy/archives/0123456789abcdef0123456789abcdef/app.war";

impl Method for Upload {
    const NAME: &str = "storage.uploader.Upload";
    const RIGHT: Right = Right::OPERATE;
    const EFFECT: Effect = Effect::Change;
    const ACTS_ON: ActsOn = ActsOn::Caller;
    const SETS: &[ApiSet] = &[ApiSet::MavenPlugin, ApiSet::IdePlugins];
    const CODES: &[Code] = &[Code::Parameter, Code::Forbidden, Code::Limit];
    const POST_ONLY: bool = true;
    const TAKES_FILE: bool = true;
    type Answer = UploadedFile;

    async fn run(self, call: &Call) -> Result<UploadedFile, ApiError> {
        let file = call.file.as_ref().ok_or_else(|| {
            ApiError::Request(
                "invalid parameter [file]: it is required, as a part of a multipart form (Content-Type: multipart/form-data)"
                    .into(),
            )
        })?;
        let upload = call.keyrack.uploads.keep(&call.caller, &call.client, file).await?;
        let address = upload.address(&call.keyrack.settings().public_url);
        Ok(UploadedFile { file: address.clone(), name: upload.name, size: upload.size, src: address })
    }
}
