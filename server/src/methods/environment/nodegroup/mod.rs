//! The class `environment.nodegroup`.

use crate::dispatch::method::methods;

methods! {
    /// Layers: the nodes of one role.
    apply_data::ApplyData,
    get::Get,
    set_options::SetOptions,
}

pub use apply_data::ApplyData;
