//! Two real servers on one PostgreSQL.

mod changes;
mod database;
mod environments;
mod inner_door;
mod mails;
#[path = "../smtp.rs"]
mod smtp;
mod support;
mod tasks;
mod uploads;
