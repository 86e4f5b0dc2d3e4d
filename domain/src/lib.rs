pub mod view {}
