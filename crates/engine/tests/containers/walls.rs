//! What a container cannot do.

use std::time::Duration;

use keyrack_engine::contract::processes::until;
use keyrack_engine::{Engine, Execution, NodeSpec};

use super::support::{Bench, get};

super::on_engines! {
    a_container_has_no_powers, nodes_of_an_environment_find_each_other_and_no_others, limits_hold_and_change_while_it_runs,
}

async fn run(bench: &Bench, spec: &NodeSpec, command: &str) -> String {
    let execution = Execution {
        command: command.into(),
        say_yes: false,
        time_limit: Duration::from_secs(30),
        output_limit: 10_000,
    };
    let done = bench.engine.execute(spec, &execution).await.unwrap();
    done.out + &done.err
}

async fn a_container_has_no_powers(bench: Bench) {
    let spec = bench.running("sleep 1000");
    let _started = bench.engine.start(&spec).await.unwrap();
    let status =
        run(&bench, &spec, "cat /proc/self/status; ulimit -n; ulimit -u; ls /var/run/*.sock /run/*.sock 2>/dev/null")
            .await;
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
    assert!(status.contains("Seccomp:\t2"), "{status}");
    // chown, dac_override, fowner, kill, setgid, setuid, net_bind_service
    assert!(status.contains("CapBnd:\t00000000000004eb"), "{status}");
    assert!(status.contains("\n4096\n512\n") && !status.contains(".sock"), "{status}");
    for attempt in ["mount -t tmpfs x /tmp", "mknod /tmp/x b 8 0", "hostname other", "ip link set lo down"] {
        let said = run(&bench, &spec, &format!("{attempt} && echo could")).await;
        assert!(!said.contains("could"), "{attempt}: {said}");
    }
    bench.remove(&[&spec]).await;
}

async fn nodes_of_an_environment_find_each_other_and_no_others(bench: Bench) {
    let web = bench.web();
    let db = NodeSpec { layer: "sqldb".into(), number: 2, ..bench.web() };
    let stranger = NodeSpec { environment: "other".into(), ..bench.web() };
    for spec in [&web, &db, &stranger] {
        bench.engine.start(spec).await.unwrap();
        bench.engine.until_answers(spec).await;
    }
    let ask = |host: &str| format!("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {host} 8080");
    for host in ["sqldb", "sqldb_2"] {
        // Podman may have no name server; then names are told a moment after the start.
        until("the name is known", || async { run(&bench, &web, &ask(host)).await.contains("hello") }).await;
    }
    let address = run(&bench, &web, "hostname -i").await;
    let address = address.split_whitespace().next().unwrap();
    assert!(run(&bench, &db, &ask(address)).await.contains("hello"));
    for host in ["sqldb", "cp_1", address] {
        let said = run(&bench, &stranger, &ask(host)).await;
        // Its own layer has the same name in its own network.
        assert!(!said.contains("hello") || host == "cp_1", "{host}: {said}");
    }
    // Ports are on this machine's loopback, not on the bridge.
    let gateway = run(&bench, &stranger, "ip route | sed -n 's/default via \\([^ ]*\\).*/\\1/p'").await;
    let port = web.address.port();
    let said =
        run(&bench, &stranger, &format!("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {} {port}", gateway.trim()))
            .await;
    assert!(!said.contains("hello"), "{said}");
    assert!(get(web.address, "/").await.is_some());
    bench.remove(&[&web, &db, &stranger]).await;
}

async fn limits_hold_and_change_while_it_runs(bench: Bench) {
    let mut spec = bench.running("sleep 1000");
    spec.memory = 64 << 20;
    let _started = bench.engine.start(&spec).await.unwrap();
    let read = "cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max";
    assert_eq!(run(&bench, &spec, read).await.trim(), (64 << 20).to_string());
    bench.engine.limit(spec.id, 128 << 20).await;
    // Podman's API cannot change a running container; it is limited anew at its next start.
    if bench.url.contains("podman") {
        bench.engine.stop(spec.id, Duration::ZERO).await.unwrap();
        spec.memory = 128 << 20;
        bench.engine.start(&spec).await.unwrap();
    }
    assert_eq!(run(&bench, &spec, read).await.trim(), (128 << 20).to_string());
    let forks = run(&bench, &spec, "i=0; while [ $i -lt 600 ]; do sleep 5 & i=$((i+1)); done 2>&1 | tail -1").await;
    assert!(forks.contains("fork"), "{forks}");
    bench.remove(&[&spec]).await;
}
