pub mod body;
pub mod error;
pub mod params;
pub mod registry;
