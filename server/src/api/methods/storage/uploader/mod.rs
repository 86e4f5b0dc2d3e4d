//! `storage.uploader`: where build plug-ins send archives to.

use crate::api::method::methods;

methods! {
    upload::Upload,
}
