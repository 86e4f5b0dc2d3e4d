//! The class `storage.uploader`.

use crate::api::method::methods;

methods! {
    /// Uploads, as build plug-ins send them.
    upload::Upload,
}
