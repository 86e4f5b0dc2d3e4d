//! `/openapi.json` under a public validator, and every method of it under a fuzzer that is driven by it.

use std::path::PathBuf;

use super::{Demo, node_modules, python, succeeds};

/// Test cases per method and phase. More finds more; this many take six minutes on two slow cores.
const CASES: &str = "6";

/// What every answer is held to. Left out are the checks that look for HTTP statuses (`negative_data_rejection`,
/// `positive_data_acceptance`, `unsupported_method`, `allow_header_conformance`, `missing_required_header`,
/// `ignored_auth`), since this wire answers 200 and says in `result` what became of a call, and those that follow links
/// between operations (`use_after_free`, `ensure_resource_availability`, `object_level_authorization`), of which the
/// document has none.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance,nothing_went_wrong_inside";

#[tokio::test]
async fn the_document_is_valid() {
    let Some(python) = python() else { return };
    let demo = Demo::start(&[]);
    succeeds(demo.command(&python).args(["-m", "openapi_spec_validator"]).arg(document(&demo).await));
}

#[tokio::test]
async fn a_linter_finds_nothing_in_the_document() {
    let Some(modules) = node_modules() else { return };
    let demo = Demo::start(&[]);
    let mut lint = demo.command(&modules.join(".bin/redocly"));
    lint.env("REDOCLY_TELEMETRY", "off").env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
    let report = succeeds(lint.args(["lint", "--extends=recommended", "--format=json"]).arg(document(&demo).await));
    let totals = report.lines().find(|line| line.trim_start().starts_with("\"warnings\""));
    assert!(totals.is_some_and(|line| line.contains(": 0")), "{report}");
}

/// A file with the document in it.
pub async fn document(demo: &Demo) -> PathBuf {
    let text = reqwest::get(demo.server.url("/openapi.json")).await.unwrap().text().await.unwrap();
    let file = demo.folder.path().join("openapi.json");
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn fuzzing_every_method_finds_nothing() {
    let Some(python) = python() else { return };
    // Sign-ins of the fuzzer itself come from addresses of their own, see fuzz_hooks.py.
    let demo = Demo::start(&["--trusted-proxy", "127.0.0.0/8"]);
    let mut fuzz = demo.command(&python);
    fuzz.env("SCHEMATHESIS_HOOKS", "fuzz_hooks");
    // No seed but one that the methods give: the same methods are called in the same way.
    fuzz.args([
        "-m",
        "schemathesis.cli",
        "run",
        &demo.server.url("/openapi.json"),
        "--phases",
        "examples,coverage,fuzzing",
    ]);
    fuzz.args(["--checks", CHECKS, "--max-examples", CASES, "--generation-deterministic", "--no-shrink"]);
    // Its calls wait ten seconds for an answer, as other clients do.
    fuzz.args(["--continue-on-failure", "--no-color", "--request-timeout", "10"]);
    let report = succeeds(&mut fuzz);
    assert!(report.contains("No issues found"), "{report}");
}
