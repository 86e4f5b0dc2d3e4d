//! Which parameter a refusal names.

use crate::support::{PASSWORD, Server};

/// Values of parameters, by their names.
type Parameters = &'static [(&'static str, &'static str)];

const ENV: (&str, &str) = ("envName", "a");
const LONG: &str = "a\u{7}b";

/// A call, and how the text of its refusal begins. A field of the domain is another parameter in another method.
const REFUSED: &[(&str, Parameters, &str)] = &[
    ("environment.file.Read", &[ENV, ("path", "..")], "[path]: the path leads out"),
    ("environment.file.Write", &[ENV, ("path", ".."), ("body", "x")], "[path]: the path leads out"),
    ("environment.file.Copy", &[ENV, ("src", ".."), ("dest", "x")], "[src]: the path leads out"),
    ("environment.file.Copy", &[ENV, ("src", "x"), ("dest", "..")], "[dest]: the path leads out"),
    ("environment.file.Rename", &[ENV, ("oldPath", ".."), ("newPath", "x")], "[oldPath]: the path leads out"),
    ("environment.file.Rename", &[ENV, ("oldPath", "x"), ("newPath", "..")], "[newPath]: the path leads out"),
    (
        "environment.file.UnpackById",
        &[ENV, ("nodeId", "1"), ("sourcePath", ".."), ("destPath", "x")],
        "[sourcePath]: the path leads out",
    ),
    (
        "environment.file.UnpackById",
        &[ENV, ("nodeId", "1"), ("sourcePath", "x"), ("destPath", "..")],
        "[destPath]: the path leads out",
    ),
    ("environment.group.CreateGroup", &[("envGroup", "/")], "[envGroup]: the name of a group has"),
    ("environment.group.CreateGroup", &[("envGroup", "a"), ("data", "[]")], "[data]: it has to be a JSON object"),
    ("environment.group.EditGroup", &[("srcGroupName", "/")], "[srcGroupName]: the name of a group has"),
    (
        "environment.group.EditGroup",
        &[("srcGroupName", "a"), ("dstGroupName", "/")],
        "[dstGroupName]: the name of a group has",
    ),
    ("environment.deployment.Undeploy", &[ENV, ("context", "a b")], "[context]: a context has to be ROOT"),
    (
        "environment.deployment.RenameContext",
        &[ENV, ("oldContext", "a b"), ("newContext", "x")],
        "[oldContext]: a context has to be ROOT",
    ),
    (
        "environment.deployment.RenameContext",
        &[ENV, ("oldContext", "x"), ("newContext", "a b")],
        "[newContext]: a context has to be ROOT",
    ),
    (
        "environment.control.SetEnvDisplayName",
        &[ENV, ("displayName", LONG)],
        "[displayName]: displayName: must not hold",
    ),
    (
        "environment.control.ExecCmdById",
        &[ENV, ("nodeId", "1"), ("commandList", "[]")],
        "[commandList]: commandList: holds no",
    ),
    (
        "environment.control.AddContainerEnvVars",
        &[ENV, ("nodeId", "1"), ("vars", r#"{"1A":"x"}"#)],
        "[vars]: vars.1A: is not the name",
    ),
    (
        "environment.control.SetContainerEnvVarsByGroup",
        &[ENV, ("nodeGroup", "cp"), ("data", "[]")],
        "[data]: data: must be an object of texts",
    ),
    ("environment.control.ApplyEnvProperty", &[ENV, ("properties", "[]")], "[properties]: it has to be a JSON object"),
    (
        "environment.nodegroup.SetOptions",
        &[ENV, ("nodeGroup", "cp"), ("options", "[]")],
        "[options]: it has to be a JSON",
    ),
    (
        "environment.control.CreateEnvironment",
        &[("env", r#"{"shortdomain":"a b"}"#), ("nodes", "[]")],
        "[env]: env.shortdomain: must be 1 to 41",
    ),
    (
        "environment.control.CreateEnvironment",
        &[("env", "{}"), ("nodes", r#"[{"docker":{"image":"nginx"}}]"#)],
        "[nodes]: nodes[0].docker.image: ",
    ),
    ("environment.export.Import", &[("manifest", "hello")], "[manifest]: it has to be a manifest as"),
    ("marketplace.jps.Install", &[("jps", "{}")], "[jps]: type: it has to be install or update"),
    ("marketplace.jps.Install", &[("jps", "type: update\nname: A\nonInstall: {log: x}")], "[envName]: it is required"),
    ("marketplace.app.AddApp", &[("manifest", "{}")], "[manifest]: type: it has to be install or update"),
    ("marketplace.favorite.AddManifest", &[("manifest", "{}")], "[manifest]: type: it has to be install or update"),
    (
        "utils.scheduler.CreateAccountTask",
        &[("trigger", "* * * * *"), ("script", "utils.scheduler.GetTasks")],
        "[script]: utils.scheduler.GetTasks cannot be a task",
    ),
    ("users.account.AddSSHKey", &[("title", LONG), ("sshKey", "x")], "[title]: "),
    (
        "users.account.ChangePassword",
        &[("oldPassword", PASSWORD), ("newPassword", "short")],
        "[newPassword]: A password needs",
    ),
    ("users.account.ChangePassword", &[("oldPassword", PASSWORD), ("new", "short")], "[new]: A password needs"),
    ("users.collaboration.InviteMember", &[("email", "nobody"), ("password", PASSWORD)], "[email]: "),
    (
        "users.authentication.CreateToken",
        &[("description", LONG), ("apiList", "environment.control.StopEnv"), ("password", PASSWORD)],
        "[description]: The description holds a character",
    ),
    (
        "users.authentication.CreateToken",
        &[("description", "t"), ("apiList", "no.such.Method"), ("password", PASSWORD)],
        "[apiList]: ",
    ),
    (
        "users.authentication.CreateToken",
        &[
            ("description", "t"),
            ("apiList", "environment.control.StopEnv"),
            ("expiresAt", "2001-01-01"),
            ("password", PASSWORD),
        ],
        "[expiresAt]: ",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_the_parameter_of_its_method() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    for (method, given, text) in REFUSED {
        let answer = owner.post(method, given).await;
        assert_eq!(answer["result"], 3, "{method} {given:?}: {answer}");
        let error = answer["error"].as_str().unwrap_or_default();
        assert!(error.starts_with(&format!("invalid parameter {text}")), "{method} {given:?}: {error}");
    }
}
