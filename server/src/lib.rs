//! The server: routes, the API dispatcher, cookies, the command line.

pub mod api;
pub mod http;
pub mod pages;
pub mod site;
