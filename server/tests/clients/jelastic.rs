//! The published Python client, unmodified.

use super::{Demo, python, succeeds};

#[test]
fn every_call_of_jelastic_client_works() {
    let Some(python) = python() else { return };
    let demo = Demo::start(&[]);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clients/jelastic_driver.py");
    let told = succeeds(demo.command(&python).arg(script));
    assert!(told.contains("all calls driven"), "{told}");
}
