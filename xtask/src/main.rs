//! The build: everything between `cargo build` and one binary with a website inside.
//!
//! ```text
//! cargo xtask site  [--release]   WASM, JavaScript, CSS and static files → target/site
//! cargo xtask build [--release]   the site, then the server that embeds it
//! cargo xtask dev [-- ARGUMENT…]  a debug build and the server, again whenever a source file changes
//! cargo xtask coverage            docs/api-coverage.md, from the server's registry of methods
//! ```
//!
//! Without `--release` the WASM is compiled quickly and nothing is compressed, for the edit–reload loop. `--release`
//! makes what is shipped.

mod dev;
mod site;

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: cargo xtask <site|build|dev|coverage> [--release] [-- ARGUMENT…]";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut task = None;
    let mut release = false;
    let mut arguments = std::env::args().skip(1);
    for argument in arguments.by_ref() {
        match argument.as_str() {
            "--" => break,
            "--release" => release = true,
            "site" | "build" | "dev" | "coverage" if task.is_none() => task = Some(argument),
            "-h" | "--help" => {
                println!("{USAGE}");
                return Ok(());
            }
            other => bail!("unexpected argument `{other}`\n{USAGE}"),
        }
    }
    let root = root();
    match task.as_deref() {
        Some("site") => site::build(&root, release),
        Some("build") => build(&root, release),
        Some("dev") => dev::run(&root, &arguments.collect::<Vec<_>>()),
        Some("coverage") => {
            // The test that holds the page to be current knows how to write it. The same crates as the Makefile's, so that they
            // have the same features and nothing is built twice.
            let crates =
                ["--workspace", "--exclude", "keyrack-frontend*", "--exclude", "keyrack-bench", "--exclude", "xtask"];
            let page = ["--test", "doors", "--", "--exact", "api::coverage::the_page_is_current"];
            cargo_with(&root, &[&["test", "--quiet"][..], &crates, &page].concat(), &[("WRITE_COVERAGE", "1")])
        }
        _ => bail!("{USAGE}"),
    }
}

/// The site, then the server with it inside.
fn build(root: &std::path::Path, release: bool) -> Result<()> {
    site::build(root, release)?;
    println!("server: compiling");
    let mut args = vec!["build", "--package", "keyrack-server"];
    if release {
        args.push("--release");
    }
    cargo(root, &args)
}

/// The workspace's folder.
fn root() -> PathBuf {
    let mut path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    path.pop();
    path
}

/// Runs the cargo that runs us, in the workspace's folder.
fn cargo(root: &std::path::Path, args: &[&str]) -> Result<()> {
    cargo_with(root, args, &[])
}

fn cargo_with(root: &std::path::Path, args: &[&str], variables: &[(&str, &str)]) -> Result<()> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    // What `cargo run` told this program of its own package. Build scripts look at some of it (ring's does), and would run again,
    // with all that follows, whenever a call through here comes after one that was not, or the other way round.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command.args(args).envs(variables.iter().copied()).current_dir(root);
    let status = command.status().context("cannot start cargo")?;
    if !status.success() {
        bail!("`cargo {}` failed", args.join(" "));
    }
    Ok(())
}
