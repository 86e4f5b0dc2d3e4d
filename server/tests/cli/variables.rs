//! Variables that are set to nothing.

use std::collections::BTreeSet;

use crate::support::{Ended, Running, create_account, keyrack, run};

const COMMANDS: [&[&str]; 9] = [
    &["serve"],
    &["health"],
    &["doctor"],
    &["account", "create"],
    &["account", "reset-password"],
    &["audit", "verify"],
    &["backup"],
    &["restore"],
    &["migrate-data"],
];

/// Every variable that any command reads, as its help tells.
fn variables() -> BTreeSet<String> {
    let help = |command: &&[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_keyrack")).args(*command).arg("--help").output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    COMMANDS
        .iter()
        .map(help)
        .flat_map(|text| {
            let named = text.split("[env: ").skip(1).map(|rest| rest.split(['=', ']']).next().unwrap().to_owned());
            named.collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_variable_that_is_set_to_nothing_counts_as_not_set() {
    let variables = variables();
    for name in
        ["KEYRACK_SMTP", "KEYRACK_LISTEN", "KEYRACK_DATABASE", "KEYRACK_DEMO", "KEYRACK_FROM", "KEYRACK_TRUSTED_PROXY"]
    {
        assert!(variables.contains(name), "{name}: {variables:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    assert_eq!(create_account(data, "ada@example.org").code, 0);
    let empty: Vec<_> = variables.iter().map(|name| (name.as_str(), "")).collect();
    let mut server = Running::start_with(data, &[], &empty);
    assert_eq!(server.stop(), 0);
    let with_empty = |args: &[&str]| -> Ended {
        let mut command = keyrack(args, data);
        command.envs(empty.iter().copied());
        run(command, "correct horse battery staple\n")
    };
    for args in [&["audit", "verify"][..], &["account", "create", "bob@example.org", "--password-stdin"]] {
        let ended = with_empty(args);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
    }
    let ended = with_empty(&["migrate-data"]);
    assert_eq!(ended.code, 2);
    assert!(ended.line().contains("required arguments were not provided: --from <URL>"), "{ended:?}");
    // One by one, so that none hides behind another.
    for (name, _) in &empty {
        let mut command = keyrack(&["audit", "verify"], data);
        command.env(name, "");
        assert_eq!(run(command, "").code, 0, "{name}");
    }
}
