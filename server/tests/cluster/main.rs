//! Two real servers on one PostgreSQL.

mod changes;
mod database;
mod environments;
mod inner_door;
mod mails;
#[path = "../smtp.rs"]
mod smtp;
mod standstill;
mod support;
mod tasks;
mod uploads;
