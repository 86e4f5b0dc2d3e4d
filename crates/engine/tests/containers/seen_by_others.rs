//! What an engine has of ours, as a client that others wrote sees it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use keyrack_engine::{Engine, NodeSpec};
use serde_json::Value;

use super::support::Bench;

super::on_engines! { what_is_made_is_walled_named_and_labelled, what_others_change_is_named }

/// How `.ci/need` says that something was skipped.
const SKIPPED: i32 = 3;

/// Everything with this installation's label; none where there is no Python with the client.
fn look(bench: &Bench) -> Option<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let need = Command::new(root.join(".ci/need")).arg("python").stderr(Stdio::inherit()).output().unwrap();
    if need.status.code() == Some(SKIPPED) {
        return None;
    }
    assert!(need.status.success(), "Python with its packages cannot be had");
    let python = String::from_utf8(need.stdout).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/containers/look.py");
    let label = format!("io.keyrack.installation={}", bench.installation());
    let looked = Command::new(python.trim_end()).arg(script).args([&bench.url, &label]).output().unwrap();
    assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stderr));
    Some(serde_json::from_slice(&looked.stdout).unwrap())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

async fn what_is_made_is_walled_named_and_labelled(bench: Bench) {
    let mut spec = bench.web();
    spec.volumes = vec!["/var/lib/more".into()];
    spec.variables.insert("A".into(), "one\ntwo=3 \u{e4}".into());
    let _started = bench.engine.start(&spec).await.unwrap();
    bench.engine.until_answers(&spec).await;
    let Some(seen) = look(&bench) else { return bench.remove(&[&spec]).await };
    let [container] = list(&seen["containers"]) else { panic!("one container: {seen}") };
    let (config, host) = (&container["Config"], &container["HostConfig"]);
    let short = &bench.installation()[..8];
    assert_eq!(
        container["Name"].as_str().unwrap().trim_start_matches('/'),
        format!("keyrack-{short}-shop-cp-{}", spec.id)
    );
    assert_eq!(config["Labels"]["io.keyrack.node"], spec.id.to_string());
    assert_eq!(config["Labels"]["io.keyrack.plan"].as_str().map(str::len), Some(16));
    assert!(list(&config["Env"]).contains(&"A=one\ntwo=3 \u{e4}".into()), "{config}");

    assert_eq!(host["Privileged"], false);
    for (mode, shared) in
        [("PidMode", "host"), ("IpcMode", "host"), ("UTSMode", "host"), ("UsernsMode", "host"), ("NetworkMode", "host")]
    {
        assert_ne!(host[mode], shared, "{mode}");
    }
    let text = |value: &Value| value.to_string().to_uppercase();
    assert!(text(&host["SecurityOpt"]).contains("NO-NEW-PRIVILEGES"), "{host}");
    assert!(!text(&host["SecurityOpt"]).contains("UNCONFINED"), "{host}");
    for gone in
        ["SYS_ADMIN", "NET_ADMIN", "NET_RAW", "SYS_PTRACE", "MKNOD", "SYS_CHROOT", "SETPCAP", "SETFCAP", "AUDIT_WRITE"]
    {
        assert!(!text(&host["CapAdd"]).contains(gone), "{gone}: {host}");
    }
    assert!(!list(&host["CapDrop"]).is_empty(), "{host}");
    assert_eq!(host["PidsLimit"], 512);
    let ulimit = |name: &str| {
        list(&host["Ulimits"]).iter().find(|one| text(&one["Name"]).ends_with(&format!("{name}\""))).cloned()
    };
    for (name, most) in [("NOFILE", 4096), ("NPROC", 512), ("CORE", 0)] {
        let limit = ulimit(name).unwrap_or_else(|| panic!("{name}: {host}"));
        assert_eq!((&limit["Hard"], &limit["Soft"]), (&most.into(), &most.into()), "{host}");
    }
    assert_eq!((&host["Memory"], &host["MemorySwap"]), (&(128 << 20).into(), &(128 << 20).into()));
    assert!(host["NanoCpus"].as_i64().unwrap_or(0) > 0 || host["CpuQuota"].as_i64().unwrap_or(0) > 0, "{host}");
    assert!(list(&host["Devices"]).is_empty(), "{host}");
    assert!(matches!(host["RestartPolicy"]["Name"].as_str(), Some("no" | "")), "{host}");
    let published = &container["NetworkSettings"]["Ports"]["8080/tcp"];
    assert!(
        list(published).iter().all(|port| port["HostIp"] == "127.0.0.1") && list(published).len() == 1,
        "{published}"
    );

    let mounts = list(&container["Mounts"]);
    assert!(mounts.iter().all(|mount| mount["Type"] == "volume"), "{container}");
    let mut names: Vec<_> = mounts.iter().map(|mount| mount["Name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    let mut volumes: Vec<_> =
        list(&seen["volumes"]).iter().map(|one| one["Name"].as_str().unwrap().to_owned()).collect();
    volumes.sort();
    assert_eq!((&names, names.len()), (&volumes, 2), "an image's own volume, and the one that was added");
    let [network] = list(&seen["networks"]) else { panic!("one network: {seen}") };
    assert_eq!(network["Name"], format!("keyrack-{short}-shop"));

    bench.remove(&[&spec]).await;
    let left = look(&bench).unwrap();
    assert_eq!(left, serde_json::json!({ "containers": [], "networks": [], "volumes": [] }));
}

async fn what_others_change_is_named(bench: Bench) {
    let spec = bench.web();
    let _started = bench.engine.start(&spec).await.unwrap();
    assert_eq!(bench.engine.drift(&spec).await.unwrap(), [""; 0]);
    let changed = NodeSpec { command: Some("sleep 1000".into()), ..spec.clone() };
    let drift = bench.engine.drift(&changed).await.unwrap();
    assert!(drift.len() == 1 && drift[0].contains("other settings"), "{drift:?}");
    let id = bench.containers().await.remove(0);
    bench.client.pause_container(&id).await.unwrap();
    assert_eq!(bench.engine.drift(&spec).await.unwrap(), ["it is paused"]);
    bench.client.unpause_container(&id).await.unwrap();
    bench.engine.stop(spec.id, Duration::ZERO).await.unwrap();
    bench.remove(&[&spec]).await;
}
