//! Plain values shared by the server and the browser. No storage, no secrets at rest, no clock of their own.

pub mod accounts;
pub mod audit;
pub mod dates;
pub mod environments;
pub mod members;
pub mod methods;
pub mod notices;
pub mod refusal;
pub mod second_factor;
pub mod tokens;
