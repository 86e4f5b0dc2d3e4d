pub mod multipart;
pub mod multipart_held;
