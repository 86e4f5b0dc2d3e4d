//! The release binary holds the site (`target/site`) inside. This says so in words when it is not there yet.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let site = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap()).join("../target/site");
    fs::create_dir_all(&site).expect("cannot create target/site");
    // A debug build reads the site from disk when it starts; changed files must not make it compile again.
    if env::var("PROFILE").as_deref() == Ok("release") {
        println!("cargo::rerun-if-changed={}", site.display());
        if !site.join("pkg/keyrack.wasm").is_file() {
            println!(
                "cargo::error=the site is missing from target/site: run `cargo xtask build --release`, which makes it first"
            );
        }
    }
}
