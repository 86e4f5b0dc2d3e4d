//! `environment.nodegroup`: layers.

use crate::api::method::methods;

methods! {
    apply_data::ApplyData,
    get::Get,
    set_options::SetOptions,
}

pub use apply_data::ApplyData;
