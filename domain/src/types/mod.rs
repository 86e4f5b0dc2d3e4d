//! Plain values shared by the server and the browser. No storage, no secrets at rest, no clock of their own.

pub mod accounts;
pub mod dates;
pub mod environments;
pub mod methods;
pub mod refusal;
pub mod tokens;
