//! `marketplace.favorite`: apps that a person comes back to.

use crate::dispatch::method::methods;

methods! {
    add::Add,
    add_manifest::AddManifest,
    delete::Delete,
    get_list::GetList,
}
