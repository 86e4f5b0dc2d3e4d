//! Clients that others' generators make of `/openapi.json`.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::openapi::document;
use super::{Demo, node_modules, python, succeeds};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients");

#[test]
fn a_python_client_is_generated_whole_and_stops_an_environment() {
    let Some(python) = python() else { return };
    let demo = Demo::start(&[]);
    let report = succeeds(demo.command(&python).arg(Path::new(SOURCES).join("generated_driver.py")));
    assert!(report.contains("an environment stopped"), "{report}");
}

#[tokio::test]
async fn types_for_typescript_are_generated_and_a_client_with_them_stops_an_environment() {
    let Some(modules) = node_modules() else { return };
    let demo = Demo::start(&[]);
    let folder = demo.folder.path();
    std::fs::copy(Path::new(SOURCES).join("generated_driver.ts"), folder.join("driver.ts")).unwrap();
    std::fs::write(folder.join("package.json"), r#"{ "type": "module" }"#).unwrap();
    symlink(&modules, folder.join("node_modules")).unwrap();

    let generate = modules.join(".bin/openapi-typescript");
    succeeds(demo.command(&generate).arg(document(&demo).await).args(["--output", "schema.ts"]));
    let compile = modules.join(".bin/tsc");
    let strict = ["--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom"];
    succeeds(demo.command(&compile).args(strict).arg("driver.ts"));
    let report = succeeds(demo.command(Path::new("node")).arg("driver.js"));
    assert!(report.contains("an environment stopped"), "{report}");
}
