//! `environment`: what runs.

pub mod control;
pub mod deployment;
pub mod export;
pub mod file;
pub mod group;
pub mod nodegroup;
pub mod tracking;

mod empty;
mod info;
mod layer;
mod log_file;
mod node;
mod params;
mod parts;

pub use info::{Info, InfoWithResult};
