//! Plain values shared by the server and the browser. No storage, no secrets at rest, no clock of their own.
//!
//! Between the two, moments travel as milliseconds and days as numbers: reading the usual texts would bring chrono's
//! parser into the WASM.

pub mod accounts;
pub mod audit;
pub mod bounds;
pub mod dates;
pub mod environment_name;
pub mod environments;
pub mod hosts;
pub mod ids;
pub mod image;
pub mod lists;
pub mod members;
pub mod methods;
pub mod nesting;
pub mod node_path;
pub mod notices;
pub mod order;
pub mod refusal;
pub mod second_factor;
pub mod text;
pub mod token_limits;
pub mod tokens;
pub mod topology;
