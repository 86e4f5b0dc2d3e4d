//! What the marketplace and the scheduler promise.

mod limits;
mod marketplace;
mod rights;
mod tasks;
