//! The class `storage.uploader`.

use crate::dispatch::method::methods;

methods! {
    /// Uploads, as build plug-ins send them.
    upload::Upload,
}
