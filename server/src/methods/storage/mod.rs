//! `storage`: files that are sent to the server.

pub mod uploader;
