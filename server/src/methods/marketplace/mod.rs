//! `marketplace`: manifests, what is installed from them, and what can be.

pub mod app;
pub mod console;
pub mod favorite;
pub mod installation;
pub mod jps;

mod app_info;
mod apps;
mod examples;
mod facts;
mod installed;
mod outcome;
mod params;

use crate::dispatch::error::Code;

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
