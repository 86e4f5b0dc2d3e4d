//! The class `environment.file`.

mod bean;
mod location;

use crate::dispatch::method::methods;

methods! {
    /// Files of nodes. A node's own folder is the root of every path.
    add_favorite::AddFavorite,
    append::Append,
    copy::Copy,
    create::Create,
    delete::Delete,
    get_favorites::GetFavorites,
    get_list::GetList,
    read::Read,
    remove_favorite::RemoveFavorite,
    rename::Rename,
    replace_in_body::ReplaceInBody,
    unpack_by_id::UnpackById,
    unpack_by_type::UnpackByType,
    upload::Upload,
    write::Write,
}
