//! The wire of the API, without a server: how parameters are read into types, what an answer looks like, the codes.
//!
//! A method's parameters are the fields of a type that is [`read`] with serde; what documentation and OpenAPI say of them
//! comes from the type's schema ([`params_of`]). An answer is a type that is serialised; its schema is exact, and its
//! example is made from it ([`example_of`]).

mod answer;
mod body;
mod code;
pub mod forwarded_for;
pub mod json;
pub mod multipart;
mod param;
mod params;
pub mod platform;
mod read;
mod refusal;
mod schema;
mod values;
pub mod yaml;

pub use answer::{AnyJson, Done, Moment, Object, Sorted, drop_nulls, envelope};
pub use body::Body;
pub use code::Code;
pub use forwarded_for::TrustedProxies;
pub use param::{Kind, Param};
#[cfg(feature = "held")]
pub use params::held;
pub use params::{End, Ids, Names, Pairs};
pub use read::read;
pub use refusal::Refusal;
pub use schema::{describe, exact, example_of, params_of};
pub use values::{Count, Json, JsonText, Secret};
