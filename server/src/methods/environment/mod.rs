//! `environment`: what runs.

pub mod control;
pub mod deployment;
pub mod export;
pub mod file;
pub mod group;
pub mod nodegroup;
pub mod tracking;

mod bean;
mod params;

pub use bean::info_with_result;
