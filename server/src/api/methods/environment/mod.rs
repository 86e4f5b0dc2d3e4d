//! `environment`: what runs.

pub mod control;
pub mod tracking;

mod bean;
