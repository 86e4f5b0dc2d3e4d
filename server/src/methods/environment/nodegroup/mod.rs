//! `environment.nodegroup`: layers.

use crate::dispatch::method::methods;

methods! {
    apply_data::ApplyData,
    get::Get,
    set_options::SetOptions,
}

pub use apply_data::ApplyData;
