mod environments;
mod members;
mod registry;
mod second_factor;
mod sessions;
mod tokens;
mod wire;
