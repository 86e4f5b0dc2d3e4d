//! Values in the examples of the documentation.

/// An installation.
pub const UNIQUE_NAME: &str = "0e4f1c2a-5b6d-4c7e-8f90-a1b2c3d4e5f6";
/// An environment.
pub const APPID: &str = "4f1c2a5b6d4c7e8f90a1b2c3d4e5f60e";
