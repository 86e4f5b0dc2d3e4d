//! A calendar to choose a day from.

pub mod month;
