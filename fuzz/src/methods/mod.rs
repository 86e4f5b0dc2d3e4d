mod lists;

pub use lists::parse_list;
