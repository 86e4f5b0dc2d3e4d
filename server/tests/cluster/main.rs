//! Two real servers on one PostgreSQL.

mod changes;
mod database;
mod environments;
mod inner_door;
mod support;
