//! Stands in for the real program in the tests of the domain: a supervisor, a node that answers on its port, and a
//! server that can be killed.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::ExitCode;

use keyrack_engine::local::{LocalEngine, NODE_WEB, SUPERVISE_NODE, supervise};
use keyrack_engine::{Engine, ImageRef, NodeAddress, NodeSpec};
use keyrack_types::ids::NodeId;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some(SUPERVISE_NODE) => supervise(),
        Some(NODE_WEB) => answer(),
        Some("host") => host(args.next().expect("data folder").into(), args.next().expect("command")),
        other => panic!("unknown argument {other:?}"),
    }
}

/// Answers every request with the variables, one a line.
fn answer() -> ExitCode {
    let port: u16 = std::env::var("PORT").expect("PORT is set").parse().expect("PORT is a number");
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    println!("listening on {port}");
    let variables: String = std::env::vars().map(|(name, value)| format!("{name}={value}\n")).collect();
    for connection in listener.incoming() {
        let Ok(mut connection) = connection else { continue };
        let _ = connection.read(&mut [0; 1024]);
        let _ = write!(
            connection,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{variables}",
            variables.len()
        );
    }
    ExitCode::SUCCESS
}

/// Starts one node, says so, and waits to be killed.
fn host(data: PathBuf, command: String) -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let program = std::env::current_exe().expect("this program's path");
        let engine = LocalEngine::open(&data, program).expect("the engine opens");
        let spec = NodeSpec {
            id: NodeId(1),
            environment: "hosted".into(),
            layer: "cp".into(),
            number: 1,
            digest: None,
            volumes: Vec::new(),
            image: ImageRef::parse("keyrack/web").expect("an image"),
            command: Some(command),
            variables: BTreeMap::new(),
            address: NodeAddress::at(
                TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a free port").port(),
            ),
            memory: 512 << 20,
        };
        let _started = engine.start(&spec).await.expect("the node starts");
        println!("started");
        std::future::pending::<()>().await;
    });
    ExitCode::SUCCESS
}
