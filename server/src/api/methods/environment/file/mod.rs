//! `environment.file`: files of nodes. A node's own folder is the root of every path.

mod bean;
mod place;

<<<<<<< HEAD
use keyrack_domain::environments::{FileLocation, NodeChoice};

use super::control::ENV_NAME;
use crate::api::error::ApiError;
use crate::api::registry::{Class, Kind, Param};
use keyrack_wire::Params;

/// The class.
pub const METHODS: Class = Class::declared(&[
    add_favorite::METHOD,
    append::METHOD,
    copy::METHOD,
    create::METHOD,
    delete::METHOD,
    get_favorites::METHOD,
    get_list::METHOD,
    read::METHOD,
    remove_favorite::METHOD,
    rename::METHOD,
    replace_in_body::METHOD,
    unpack_by_id::METHOD,
    unpack_by_type::METHOD,
    upload::METHOD,
    write::METHOD,
]);

const NODE_ID: Param =
    Param::optional("nodeId", Kind::Number, "The number of the node; nothing is needed where there is but one.", "1");
const NODE_GROUP: Param = Param::optional("nodeGroup", Kind::Text, "All nodes of this layer.", "cp");
const NODE_TYPE: Param = Param::optional("nodeType", Kind::Text, "All nodes of this type, or of this image.", "docker");
const MASTER_ONLY: Param =
    Param::optional("masterOnly", Kind::YesNo, "Of the chosen nodes only the first of each layer.", "false");

/// Whose files are looked at.
fn look(params: &Params) -> Result<FileLocation, ApiError> {
    let choice = match (params.opt_number("nodeId")?, params.opt_text("nodeGroup")?) {
        (Some(id), _) => NodeChoice::Ids(vec![id]),
        (None, Some(group)) => NodeChoice::Group(group.to_owned()),
        (None, None) => NodeChoice::Only,
    };
    Ok(FileLocation { environment: params.text("envName")?.to_owned(), choice, masters_only: false })
}

/// Whose files are changed.
fn change(params: &Params) -> Result<FileLocation, ApiError> {
    Ok(FileLocation { masters_only: params.yes("masterOnly")?, ..look_by_type(params)? })
}

/// As [`look`], for methods that know the type of a node too.
fn look_by_type(params: &Params) -> Result<FileLocation, ApiError> {
    let mut place = look(params)?;
    if let (NodeChoice::Only, Some(kind)) = (&place.choice, params.opt_text("nodeType")?) {
        place.choice = NodeChoice::Type(kind.to_owned());
    }
    Ok(place)
=======
use crate::api::method::methods;

methods! {
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
>>>>>>> m4
}
