//! The class `environment.export`.

use keyrack_domain::environments;
use keyrack_wire::Moment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dispatch::method::methods;

mod form;

methods! {
    /// An environment as a manifest, and back.
    create::Create,
    delete::Delete,
    get_list::GetList,
    get_manifest::GetManifest,
    import::Import,
}

/// The number of the export.
#[derive(Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(example = 1)]
struct ExportId(i64);

/// A manifest that is kept.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    created_on: Moment,
    #[schemars(example = 1)]
    id: i64,
    /// In bytes.
    #[schemars(example = 312)]
    size: usize,
}

impl From<environments::Export> for Export {
    fn from(export: environments::Export) -> Export {
        Export { created_on: Moment(export.created), id: export.id, size: export.size }
    }
}
