//! `marketplace`: manifests, what is installed from them, and what can be.

pub mod app;
pub mod console;
pub mod favorite;
pub mod installation;
pub mod jps;

mod bean;
mod given;

use crate::api::error::Code;
use crate::api::registry::{Kind, Param};

const UNIQUE_NAME: Param = Param::required(
    "appUniqueName",
    Kind::Text,
    "The installation, as Install answered it (uniqueName).",
    "0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6",
)
.or(&["uniqueName"]);

const APP_ID: Param =
    Param::required("id", Kind::Text, "The app: its name, or its number for one of your own.", "static-site");

const SETTINGS: Param = Param::optional(
    "settings",
    Kind::Json,
    "A JSON object: values for the fields of the manifest's form.",
    r#"{"title":"Hello"}"#,
);

const SETTINGS_ID: Param =
    Param::optional("settingsId", Kind::Text, "Which form, when the manifest has several.", "main");

const SEARCH: Param =
    Param::optional("search", Kind::Text, "Only those whose name, description or category holds this.", "site");

const LANG: Param = Param::optional("lang", Kind::Text, "Accepted for compatibility: texts are English.", "en");

const SKIP_EMAIL: Param =
    Param::optional("skipEmail", Kind::YesNo, "Accepted for compatibility: no mail is sent.", "true");

const SKIP_NODE_EMAILS: Param =
    Param::optional("skipNodeEmails", Kind::YesNo, "Accepted for compatibility: no mail is sent.", "true");

const ENV_NAME: Param = Param::optional(
    "envName",
    Kind::Text,
    "The name of the environment that is made (made up when absent), or the one that an add-on is for.",
    "my-shop",
);

const ENV_GROUPS: Param = Param::optional(
    "envGroups",
    Kind::Text,
    "Groups that a new environment is put into, besides those of the manifest; those that are not there are made.",
    "shops",
);

const DISPLAY_NAME: Param =
    Param::optional("displayName", Kind::Text, "What people call the new environment.", "My shop");

const REGION: Param = Param::optional("region", Kind::Text, "Where the new environment is.", "local");

const LAYER: Param = Param::optional("nodeGroup", Kind::Text, "The layer where steps work that name no nodes.", "cp");

const OWNER_UID: Param =
    Param::optional("ownerUid", Kind::Number, "Accepted for compatibility: a credential speaks for one account.", "7");

const INSTALL_ANSWER: &str = r#"{"result":0,"action":"install","type":"success","name":"Static site","uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appUniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","appid":"4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e","envName":"my-shop","startPage":"http://127.0.0.1:31000","successText":"Done","message":"Done","data":{"env":{"envName":"my-shop","status":1}},"response":{"result":0,"uniqueName":"0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6","successText":"Done","env":{"envName":"my-shop","status":1}}}"#;

/// What every method that carries out steps of a manifest may answer.
const STEP_CODES: &[Code] = &[
    Code::Forbidden,
    Code::NotFound,
    Code::NotPermitted,
    Code::NoEnvironment,
    Code::WrongState,
    Code::Limit,
    Code::NodeFailed,
];
