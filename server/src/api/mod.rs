//! The script door: the platform's API.
//!
//! [`registry`] is the one place where methods are declared; [`dispatch`] brings a request to its method; everything else
//! here serves these two.

pub mod answer;
pub mod call;
pub mod error;
pub mod methods;
pub mod params;
pub mod registry;
