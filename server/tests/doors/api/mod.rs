mod environments;
mod registry;
mod sessions;
mod tokens;
mod wire;
