//! Who reads what may hold secrets is in the audit log, once for many reads.

use chrono::TimeDelta;
use serde_json::json;

use super::nodes::{create, done, web};
use crate::support::Server;

#[tokio::test(flavor = "multi_thread")]
async fn what_hands_out_stored_secrets_is_noted() {
    let server = Server::with_environments().await;
    let owner = server.owner().await;
    let node = create(&owner, "a", &web(1)).await[0]["id"].to_string();
    let control = |method: &str| format!("environment.control.{method}");
    let file = [("nodeId", node.as_str()), ("path", "/www/secret.txt"), ("body", "krypto")];
    done(&owner, "environment.file.Write", &file).await;
    done(&owner, &control("AddEnvProperty"), &[("properties", r#"{"key":"secret"}"#)]).await;
    done(&owner, "environment.nodegroup.ApplyData", &[("nodeGroup", "cp"), ("data", r#"{"key":"secret"}"#)]).await;
    let settings = json!({ "envName": "a" }).to_string();
    let export = owner.post("environment.export.Create", &[("settings", &settings)]).await["object"]["id"].to_string();
    let before = server.audit().await.len();
    let on_node = [("nodeId", node.as_str())];
    for _ in 0..2 {
        for method in ["GetContainerEnvVars", "GetContainerRunConfig", "GetContainerRunCmd", "GetContainerEntryPoint"] {
            done(&owner, &control(method), &on_node).await;
        }
        done(&owner, &control("GetContainerEnvVarsByGroup"), &[("nodeGroup", "cp")]).await;
        done(&owner, "environment.file.Read", &file[..2]).await;
        done(&owner, &control("ReadLog"), &[("nodeId", &node), ("path", "output.log")]).await;
        done(&owner, &control("GetEnvProperty"), &[]).await;
        done(&owner, "environment.nodegroup.Get", &[("nodeGroup", "cp")]).await;
        done(&owner, "environment.export.GetManifest", &[("id", &export)]).await;
        done(&owner, "marketplace.console.ReadLog", &[]).await;
        done(&owner, "marketplace.console.WriteLog", &[("message", "a secret line")]).await;
        done(&owner, "utils.scheduler.GetTasks", &[]).await;
    }
    let entries = server.audit().await.split_off(before);
    for (entry, times) in [
        ("node.read-settings environment:a done", 10),
        ("file.read environment:a done", 2),
        ("log.read environment:a done", 2),
        ("properties.read environment:a done", 2),
        ("layer.read environment:a done", 2),
        ("export.read environment:a done", 2),
        ("console.read account:1 done", 2),
        ("console.write account:1 done", 2),
        ("tasks.read account:1 done", 2),
    ] {
        let found: Vec<_> = entries.iter().filter(|line| line.contains(entry)).collect();
        assert_eq!(found.len(), 1, "{entry}: {entries:#?}");
        assert!(found[0].contains(&format!(r#""times":{times}"#)), "{found:?}");
    }
    let text = entries.join("\n");
    assert!(text.contains(r#""path":"/www/secret.txt""#), "{text}");
    assert!(!text.contains("krypto") && !text.contains("secret line"), "{text}");
    // What goes on is one entry a minute.
    for _ in 0..5 {
        done(&owner, "environment.file.Read", &file[..2]).await;
        server.audit().await;
    }
    let reads = |lines: &[String]| lines.iter().filter(|line| line.contains("file.read")).count();
    assert_eq!(reads(&server.audit().await), 1);
    server.advance(TimeDelta::minutes(1));
    assert_eq!(reads(&server.audit().await), 2);
    server.keyrack.environments.stop_all().await;
}
