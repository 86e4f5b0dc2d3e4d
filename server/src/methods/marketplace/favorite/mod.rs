//! The class `marketplace.favorite`.

use crate::dispatch::method::methods;

methods! {
    /// A user's favourite apps.
    add::Add,
    add_manifest::AddManifest,
    delete::Delete,
    get_list::GetList,
}
