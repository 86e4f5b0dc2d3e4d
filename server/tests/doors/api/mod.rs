mod configure;
mod environments;
mod files;
mod layers;
mod registry;
mod sessions;
mod tokens;
mod wire;
