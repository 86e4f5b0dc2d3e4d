//! `storage.uploader`: where build plug-ins send archives to.

use crate::dispatch::method::methods;

methods! {
    upload::Upload,
}
