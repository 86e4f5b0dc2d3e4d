//! `environment`: what runs.

pub mod control;
pub mod file;
pub mod tracking;

mod bean;
