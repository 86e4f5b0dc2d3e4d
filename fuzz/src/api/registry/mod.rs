mod param;

pub use param::{Kind, Param};
