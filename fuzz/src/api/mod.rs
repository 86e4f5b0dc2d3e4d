pub mod body;
pub mod error;
pub mod multipart;
pub mod params;
pub mod registry;
