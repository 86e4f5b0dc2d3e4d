mod configure;
mod environments;
mod files;
mod registry;
mod sessions;
mod tokens;
mod wire;
